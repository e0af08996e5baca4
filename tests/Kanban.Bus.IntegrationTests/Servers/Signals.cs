using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Kanban.Bus.IntegrationTests.Servers;

/// <summary>kill(2). A negative id names a process group.</summary>
public static partial class Signals
{
    public const int HangUp = 1;
    public const int Kill = 9;
    public const int Terminate = 15;
    public const int Quit = 3;
    public const int Interrupt = 2;

    /// <summary>SIGSTOP and SIGCONT by Linux's numbers.</summary>
    public const int Stop = 19;
    public const int Continue = 18;

    private const int NoSuchProcess = 3;

    /// <returns>False when no such process is left.</returns>
    public static bool Send(int processId, int signal)
    {
        if (kill(processId, signal) == 0)
            return true;
        var error = Marshal.GetLastPInvokeError();
        return error == NoSuchProcess ? false : throw new Win32Exception(error, $"kill({processId}, {signal})");
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int processId, int signal);
}
