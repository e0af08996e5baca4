using System.Globalization;

namespace Kanban.Bus.Worker.Shim;

/// <summary>One line of <c>/proc/PID/stat</c>.</summary>
/// <param name="Terminal">Device number of its controlling terminal; 0 when it has none.</param>
/// <param name="StartTicks">Start, in clock ticks since boot. With the pid and the boot id it names a process for ever.</param>
internal readonly record struct ProcStat(int Pid, int ParentPid, int Session, int Terminal, char State, long StartTicks)
{
    /// <summary>A zombie has ended; only its parent has not asked yet.</summary>
    public bool IsDead => State is 'Z' or 'X' or 'x';

    /// <summary>Null when there is no such process, or no longer.</summary>
    public static ProcStat? Read(int pid)
    {
        try
        {
            return Parse(File.ReadAllText($"/proc/{pid}/stat"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The command's name stands in parentheses and may hold spaces and parentheses itself, so fields count from the last one.</summary>
    public static ProcStat? Parse(string line)
    {
        var open = line.IndexOf('(', StringComparison.Ordinal);
        var close = line.LastIndexOf(')');
        if (open < 2 || close < open || close + 2 >= line.Length)
            return null;
        var rest = line[(close + 2)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return rest.Length > 19
            && int.TryParse(line.AsSpan(0, open - 1), CultureInfo.InvariantCulture, out var pid)
            && int.TryParse(rest[1], CultureInfo.InvariantCulture, out var parent)
            && int.TryParse(rest[3], CultureInfo.InvariantCulture, out var session)
            && int.TryParse(rest[4], CultureInfo.InvariantCulture, out var terminal)
            && long.TryParse(rest[19], CultureInfo.InvariantCulture, out var start)
            ? new ProcStat(pid, parent, session, terminal, rest[0][0], start)
            : null;
    }
}
