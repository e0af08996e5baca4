using Kanban.Bus.Contracts;

namespace Kanban.Bus.Worker.Executors;

/// <summary>What an exit status of sh says about a run.</summary>
internal static class ExitStatus
{
    /// <summary>EX_TEMPFAIL of sysexits.h: agents end so when their provider is in trouble.</summary>
    private const int TryAgain = 75;

    private static readonly Dictionary<int, string> Names = new()
    {
        [1] = "HUP",
        [2] = "INT",
        [3] = "QUIT",
        [4] = "ILL",
        [5] = "TRAP",
        [6] = "ABRT",
        [7] = "BUS",
        [8] = "FPE",
        [9] = "KILL",
        [10] = "USR1",
        [11] = "SEGV",
        [12] = "USR2",
        [13] = "PIPE",
        [14] = "ALRM",
        [15] = "TERM",
        [24] = "XCPU",
        [25] = "XFSZ",
        [31] = "SYS",
    };

    public static RunEnd Read(int status) => status switch
    {
        0 => new(Outcome.Succeeded),
        TryAgain => new(Outcome.Failed, "asked to be retried (exit 75)", ErrorClass.Provider),
        126 => new(Outcome.Failed, "exit 126: the command can't be executed", ErrorClass.Host),
        127 => new(Outcome.Failed, "exit 127: a command was not found", ErrorClass.Host),
        128 + 9 => new(Outcome.Failed, "ended by signal KILL (exit 137); out of memory is the usual cause", ErrorClass.Host),
        > 128 and <= 128 + 64 when Names.TryGetValue(status - 128, out var name) => new(Outcome.Failed, $"ended by signal {name} (exit {status})", ErrorClass.Agent),
        _ => new(Outcome.Failed, $"exit {status}", ErrorClass.Task),
    };
}
