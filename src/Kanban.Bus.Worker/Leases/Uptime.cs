using Kanban.Bus.Worker.Shim;

namespace Kanban.Bus.Worker.Leases;

/// <summary>The clock by which leases age: the time since the host's boot, sleep included. The usual clock stands still while the host sleeps, and the board's does not.</summary>
internal sealed class Uptime : TimeProvider
{
    public override long TimestampFrequency => 1_000_000_000;

    public override long GetTimestamp() => Kernel.UptimeNanoseconds();
}
