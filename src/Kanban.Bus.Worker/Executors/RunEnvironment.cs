using System.Globalization;
using Kanban.Bus.Contracts;
using Kanban.Bus.Worker.Hosting;
using Kanban.Bus.Worker.Spool;

namespace Kanban.Bus.Worker.Executors;

/// <summary>What a run sees of the world: nothing of the worker's own environment but what the profile lets through.</summary>
internal static class RunEnvironment
{
    /// <param name="tools">Folder with the command <c>kanban</c>, put before all others; null where there is none.</param>
    /// <param name="own">Looks up a variable of the worker itself.</param>
    /// <param name="secrets">Of the profile, read for this run.</param>
    /// <remarks>Later lines win: profile over host, secrets over both, and the names that say which run this is over all. The board sets none but those.</remarks>
    public static IReadOnlyDictionary<string, string> For(
        Grant grant, ProfileOptions profile, RunDirectory run, Uri board, Func<string, string?> own, IReadOnlyDictionary<string, string> secrets, string? tools = null)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in profile.PassOrDefault)
        {
            if (own(name) is { } value)
                environment[name] = value;
        }
        environment["HOME"] = run.Home;
        environment["TMPDIR"] = run.Temporary;
        environment["KANBAN_URL"] = board.ToString().TrimEnd('/');
        foreach (var (name, value) in profile.Environment)
            environment[name] = value;
        foreach (var (name, value) in secrets)
            environment[name] = value;

        environment.TryAdd("PATH", "/usr/local/bin:/usr/bin:/bin");
        if (tools is not null)
            environment["PATH"] = $"{tools}:{environment["PATH"]}";
        environment["KANBAN_TASK"] = grant.TaskKey;
        environment["KANBAN_BOARD"] = grant.TaskKey[..Math.Max(0, grant.TaskKey.LastIndexOf('-'))];
        environment["KANBAN_RUN_ID"] = grant.RunId.ToString();
        environment["KANBAN_ATTEMPT"] = grant.Attempt.ToString(CultureInfo.InvariantCulture);
        environment["KANBAN_FENCING_TOKEN"] = grant.FencingToken.ToString(CultureInfo.InvariantCulture);
        environment["KANBAN_RUN_TOKEN"] = grant.RunToken;
        environment["KANBAN_LANE"] = grant.Lane;
        environment["KANBAN_WORKSPACE"] = run.Workspace;
        environment["KANBAN_BODY_FILE"] = run.BodyFile;
        environment["KANBAN_BRIEF_FILE"] = run.BriefFile;
        environment["KANBAN_PARENTS_FILE"] = run.ParentsFile;
        environment["KANBAN_RESULT_FILE"] = run.ResultFile;
        environment["KANBAN_MET_FILE"] = run.MetFile;
        environment["KANBAN_ENDING_FILE"] = run.EndingFile;
        environment["KANBAN_INBOX_FILE"] = run.InboxFile;
        environment["KANBAN_PULSE_FILE"] = run.PulseFile;
        environment["KANBAN_EVENTS_FILE"] = run.LogFile("events");
        foreach (var (name, value) in environment)
        {
            if (name.Length == 0 || name.AsSpan().IndexOfAny('=', '\0') >= 0 || value.Contains('\0'))
                throw new RunNotStartedException($"the environment variable '{name}' has a name or value that no process can be given");
        }
        return environment;
    }
}
