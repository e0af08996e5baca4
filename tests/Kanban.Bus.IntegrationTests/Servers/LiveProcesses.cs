using System.Globalization;

namespace Kanban.Bus.IntegrationTests.Servers;

/// <summary>Which processes execute, by <c>/proc</c>. One that only waits to be reaped by its parent does not.</summary>
public static class LiveProcesses
{
    public static bool IsAlive(int processId) => Read(processId) is not null;

    public static bool AnyInGroup(int groupId) => Ids().Any(id => Read(id) is { } process && process.Group == groupId);

    /// <summary>Whether no thread of the group executes any more: after SIGSTOP each goes on until it is scheduled once more.</summary>
    public static bool IsStopped(int groupId) => Ids().Where(id => Read(id) is { } process && process.Group == groupId)
        .SelectMany(id => Threads(id).Select(thread => Read($"{id}/task/{thread}"))).All(thread => thread is null or ("T" or "t", _));

    /// <summary>Processes whose environment holds <paramref name="setting"/>, such as <c>KANBAN_RUN_ID=…</c>; those of other users are not seen.</summary>
    public static IReadOnlyList<int> WithSetting(string setting) => [.. Ids().Where(id => Read(id) is not null && Environment(id).Contains(setting))];

    /// <summary>Processes whose working directory is this folder or one inside it.</summary>
    public static IReadOnlyList<int> WorkingIn(string folder) =>
        [.. Ids().Where(id => WorkingDirectory(id) is { } directory && (directory == folder || directory.StartsWith(folder + "/", StringComparison.Ordinal)))];

    private static string? WorkingDirectory(int processId)
    {
        try
        {
            return File.ResolveLinkTarget(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/cwd"), returnFinalTarget: false)?.FullName;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static IEnumerable<int> Ids() =>
        from folder in Directory.EnumerateDirectories("/proc")
        let id = int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var parsed) ? parsed : 0
        where id > 0
        select id;

    private static IEnumerable<string?> Threads(int processId)
    {
        try
        {
            return Directory.GetDirectories(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/task")).Select(Path.GetFileName);
        }
        catch (IOException)
        {
            return [];
        }
    }

    private static (string State, int Group)? Read(int processId) => Read(processId.ToString(CultureInfo.InvariantCulture));

    /// <param name="place">Under <c>/proc</c>.</param>
    private static (string State, int Group)? Read(string place)
    {
        // "pid (name) state parent group …"; the name may hold spaces and brackets.
        var stat = Text(place, "stat");
        var end = stat.LastIndexOf(')');
        if (end < 0)
            return null;
        var fields = stat[(end + 2)..].Split(' ');
        return fields[0] is "Z" or "X" ? null : (fields[0], int.Parse(fields[2], CultureInfo.InvariantCulture));
    }

    private static string[] Environment(int processId) => Text(processId.ToString(CultureInfo.InvariantCulture), "environ").Split('\0');

    private static string Text(string place, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{place}/{file}");
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
