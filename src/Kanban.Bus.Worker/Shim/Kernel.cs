using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Kanban.Bus.Worker.Shim;

internal enum Signal
{
    Int = 2,
    Kill = 9,
    Term = 15,

    /// <summary>Halts a process; it can't be caught.</summary>
    Stop = 19,
}

/// <summary>The few system calls that .NET does not offer.</summary>
internal static class Kernel
{
    // The same numbers on every Linux architecture.
    private const nint PidfdSendSignal = 424;
    private const nint PidfdOpen = 434;
    private const int NoSuchProcess = 3;
    private const int NotImplemented = 38;
    private const int ClockTicks = 2;
    private const int BootTime = 7;

    public static long TicksPerSecond { get; } = SysConf(ClockTicks) is > 0 and var ticks ? ticks : 100;

    /// <summary>Seconds since this host's boot, sleep included: what <c>/proc/uptime</c> says to the shim.</summary>
    public static double UptimeSeconds() => UptimeNanoseconds() / 1e9;

    public static long UptimeNanoseconds() =>
        ClockGetTime(BootTime, out var now) == 0 ? (now.Seconds * 1_000_000_000L) + now.Nanoseconds : throw new Win32Exception(Marshal.GetLastPInvokeError(), "clock_gettime failed");

    /// <summary>Signals that very process. False when it is gone; a new process with the same pid is never hit, because the pid is pinned by a descriptor before its start time is compared.</summary>
    public static bool TrySend(int pid, long startTicks, Signal signal)
    {
        var descriptor = SystemCall(PidfdOpen, pid, 0, 0, 0);
        if (descriptor < 0)
        {
            var error = Marshal.GetLastPInvokeError();
            return error switch
            {
                NoSuchProcess => false,
                NotImplemented => SendByPid(pid, startTicks, signal),
                _ => throw new Win32Exception(error, $"pidfd_open({pid}) failed"),
            };
        }
        try
        {
            if (ProcStat.Read(pid) is not { } now || now.StartTicks != startTicks)
                return false;
            if (SystemCall(PidfdSendSignal, descriptor, (nint)signal, 0, 0) == 0)
                return true;
            var error = Marshal.GetLastPInvokeError();
            return error == NoSuchProcess ? false : throw new Win32Exception(error, $"signal {signal} to {pid} failed");
        }
        finally
        {
            _ = Close((int)descriptor);
        }
    }

    private static bool SendByPid(int pid, long startTicks, Signal signal)
    {
        if (ProcStat.Read(pid) is not { } now || now.StartTicks != startTicks)
            return false;
        if (Kill(pid, (int)signal) == 0)
            return true;
        var error = Marshal.GetLastPInvokeError();
        return error == NoSuchProcess ? false : throw new Win32Exception(error, $"signal {signal} to {pid} failed");
    }

    [DllImport("libc", EntryPoint = "getuid")]
    public static extern uint UserId();

    [DllImport("libc", EntryPoint = "getgid")]
    public static extern uint GroupId();

    [DllImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static extern nint SystemCall(nint number, nint a, nint b, nint c, nint d);

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int Kill(int pid, int signal);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    private static extern int Close(int descriptor);

    [DllImport("libc", EntryPoint = "clock_gettime", SetLastError = true)]
    private static extern int ClockGetTime(int clock, out Time time);

    [DllImport("libc", EntryPoint = "sysconf", SetLastError = true)]
    private static extern nint SysConf(int name);

    private struct Time
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
