namespace Kanban.Bus.Cli;

/// <summary>What the process answers to the script that called it. Part of the interface: numbers never change.</summary>
internal static class ExitCode
{
    public const int Ok = 0;
    public const int Failed = 1;

    /// <summary>The command line, a settings file or the context file can't be read.</summary>
    public const int Usage = 2;

    public const int NotFound = 3;

    /// <summary>No token, a wrong one, or one of the wrong kind.</summary>
    public const int AuthNeeded = 4;

    /// <summary>The state of things refuses it: 409, 412, or an idempotency key used before with other content.</summary>
    public const int Conflict = 5;

    /// <summary>The board can't be reached, or its database is away.</summary>
    public const int Unreachable = 6;

    /// <summary>A task that was waited for ended, but not as done.</summary>
    public const int EndedOtherwise = 10;

    public const int TimedOut = 124;
    public const int Interrupted = 130;

    /// <summary>Whoever read standard output has gone: what a shell reports for SIGPIPE.</summary>
    public const int PipeClosed = 141;

    public const int Terminated = 143;
}
