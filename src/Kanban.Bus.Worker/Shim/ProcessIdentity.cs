using Kanban.Bus.Worker.Spool;

namespace Kanban.Bus.Worker.Shim;

/// <summary>One process of one boot of this host. A pid alone is reused; pid, start time and boot id are not.</summary>
internal readonly record struct ProcessIdentity(int Pid, long StartTicks, string BootId)
{
    public static string CurrentBootId { get; } = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();

    public bool IsAlive =>
        BootId == CurrentBootId && ProcStat.Read(Pid) is { IsDead: false } now && now.StartTicks == StartTicks;

    /// <summary>How long ago it started, by the kernel's clock.</summary>
    public TimeSpan Age
    {
        get
        {
            var age = TimeSpan.FromSeconds(Kernel.UptimeSeconds() - (StartTicks / (double)Kernel.TicksPerSecond));
            return age < TimeSpan.Zero ? TimeSpan.Zero : age;
        }
    }

    /// <summary>What the shim wrote about itself: its stat line and the boot id. Null while it has not.</summary>
    public static ProcessIdentity? ReadShimFile(string path)
    {
        return PlainFile.ReadAllText(path)?.Split('\n') is { Length: >= 2 } lines && ProcStat.Parse(lines[0]) is { } stat ? new ProcessIdentity(stat.Pid, stat.StartTicks, lines[1].Trim()) : null;
    }
}
