using System.Globalization;
using Kanban.Bus.IntegrationTests.Servers;

namespace Kanban.Bus.IntegrationTests.Faults;

/// <summary>A file outside the system that each run writes its start and end to: what happened, whatever the board believes.</summary>
public sealed class Witness(string folder)
{
    public string Path { get; } = System.IO.Path.Combine(folder, "witness.txt");

    public IReadOnlyList<WitnessLine> Lines => !File.Exists(Path) ? [] : [.. File.ReadAllLines(Path).Select(WitnessLine.Parse)];

    /// <summary>Most runs that were between start and end at one moment, each start by <paramref name="counts"/>.</summary>
    public int MostAtOnce(Func<WitnessLine, bool> counts)
    {
        var (now, most) = (0, 0);
        foreach (var line in Lines.Where(l => l.What is not "tick" && counts(l)))
            most = Math.Max(most, now += line.What == "start" ? 1 : -1);
        return most;
    }

    /// <summary>A script that says when it starts, works for a while, and says when it ends. One short line is appended in one write and is on disk before the script goes on.</summary>
    /// <param name="work">May <c>say tick</c> to show that it still executes, and set <c>answer</c>, which becomes the summary.</param>
    public string Script(string work) =>
        $$"""
        say() { printf '%s %s %s %s %s\n' "$KANBAN_TASK" "$KANBAN_RUN_ID" "$KANBAN_FENCING_TOKEN" "$1" "$$" >>'{{Path}}'; sync -d '{{Path}}'; }
        say start
        {{work}}
        say end
        echo "${answer:-$KANBAN_TASK was carried out}"
        """;

    /// <summary>Work that says <c>tick</c> five times a second until a file is there.</summary>
    public static string TickUntil(string file) => $"while [ ! -e '{file}' ]; do say tick; sleep 0.2; done";

    /// <summary>Takes down which runs will never say that they end, because their processes were killed. Call it when the killed are seen dead and before another may take their place.</summary>
    public void NoteDead()
    {
        var open = Lines.GroupBy(l => l.ProcessId).Where(run => run.All(l => l.What is "start" or "tick")).Select(run => run.First());
        foreach (var run in open.Where(run => !LiveProcesses.IsAlive(run.ProcessId)))
            File.AppendAllText(Path, string.Create(CultureInfo.InvariantCulture, $"{run.Task} {run.RunId} {run.Token} dead {run.ProcessId}\n"));
    }
}

/// <summary>What a run said.</summary>
/// <param name="What"><c>start</c>, <c>tick</c>, <c>end</c>, or <c>dead</c> by <see cref="Witness.NoteDead"/>.</param>
public sealed record WitnessLine(string Task, Guid RunId, long Token, string What, int ProcessId)
{
    public static WitnessLine Parse(string text) => text.Split(' ') is [var task, var run, var token, var what, var pid]
        ? new(task, Guid.Parse(run), long.Parse(token, CultureInfo.InvariantCulture), what, int.Parse(pid, CultureInfo.InvariantCulture))
        : throw new FormatException($"'{text}' is not a line of a witness.");
}
