using System.Text;
using Kanban.Bus.Contracts;
using Kanban.Bus.Worker.Workspaces;

namespace Kanban.Bus.Worker.Executors.Agents;

/// <summary>Where agents keep their sessions: a folder per task and profile, below the worker's own. It outlives the run, so that the next one can go on with the session.</summary>
internal sealed class AgentHomes(string home)
{
    internal const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const string Going = ".going-";
    private static readonly TimeSpan Kept = TimeSpan.FromDays(14);
    private readonly Lock _gate = new();

    private string Folder => Path.Combine(home, "agents");

    public string For(string taskKey, string profile) => Path.Combine(Folder, $"{taskKey}.{profile}");

    /// <summary>Notes that it is in use, where it is there: its age counts from its last one.</summary>
    public void Use(string folder, DateTimeOffset now)
    {
        lock (_gate)
        {
            if (Directory.Exists(folder))
                Directory.SetLastWriteTimeUtc(folder, now.UtcDateTime);
        }
    }

    /// <summary>Removes what no run has used for two weeks. What is left of a removal by halves is removed the next time.</summary>
    /// <param name="inUse">Runs that are at work, however long.</param>
    /// <returns>Why some could not be removed; empty when all is well.</returns>
    public string Sweep(DateTimeOffset now, IEnumerable<Grant> inUse)
    {
        var faults = new StringBuilder();
        if (!Directory.Exists(Folder))
            return "";
        var kept = inUse.Select(grant => For(grant.TaskKey, grant.Profile)).ToHashSet(StringComparer.Ordinal);
        foreach (var folder in Directory.EnumerateDirectories(Folder).Where(f => !kept.Contains(f) && IsOld(f, now)).ToList())
        {
            try
            {
                if (TakeAway(folder, now) is { } going)
                    OwnFolder.Remove(going);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                faults.Append(faults.Length == 0 ? "" : "; ").Append(e.Message);
            }
        }
        return faults.ToString();
    }

    /// <summary>A run that begins in this moment either makes it young again or finds none.</summary>
    private string? TakeAway(string folder, DateTimeOffset now)
    {
        if (Path.GetFileName(folder).StartsWith(Going, StringComparison.Ordinal))
            return folder;
        var going = Path.Combine(Folder, Going + Path.GetFileName(folder));
        OwnFolder.Remove(going);
        lock (_gate)
        {
            if (!IsOld(folder, now))
                return null;
            OwnFolder.Open(folder);
            Directory.Move(folder, going);
        }
        return going;
    }

    private static bool IsOld(string folder, DateTimeOffset now) => now - Directory.GetLastWriteTimeUtc(folder) > Kept;
}
