using System.Globalization;

namespace Kanban.Bus.IntegrationTests.Faults;

/// <summary>A file outside the system that each run writes its start and end to: what happened, whatever the board believes.</summary>
internal sealed class Witness(string folder)
{
    public string Path { get; } = System.IO.Path.Combine(folder, "witness.txt");

    /// <summary>A script that says when it starts, works for a while, and says when it ends. One short line is appended in one write.</summary>
    public string Script(string work) =>
        $"""
        say() ( printf '%s %s %s %s\n' "$KANBAN_TASK" "$KANBAN_FENCING_TOKEN" "$1" "$$" >> '{Path}' )
        say start
        {work}
        say end
        echo "$KANBAN_TASK was carried out"
        """;

    public IReadOnlyList<Line> Lines => !File.Exists(Path) ? [] : [.. File.ReadAllLines(Path).Select(Line.Parse)];

    /// <summary>Most runs that were between start and end at one moment.</summary>
    public int MostAtOnce
    {
        get
        {
            var (now, most) = (0, 0);
            foreach (var line in Lines)
                most = Math.Max(most, now += line.What == "start" ? 1 : -1);
            return most;
        }
    }

    internal sealed record Line(string Task, long Token, string What, int ProcessId)
    {
        public static Line Parse(string text) => text.Split(' ') is [var task, var token, var what, var pid]
            ? new(task, long.Parse(token, CultureInfo.InvariantCulture), what, int.Parse(pid, CultureInfo.InvariantCulture))
            : throw new FormatException($"'{text}' is not a line of a witness.");
    }
}
