using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Kanban.Bus.Worker.Hosting.Pressure;

/// <summary>Whether a worker should take no new work for now. It takes work again when the host has had room to spare for a while, so that it does not flutter.</summary>
internal sealed class HostPressure(QuietOptions options, Func<HostReading> read, TimeProvider clock, ILogger log)
{
    /// <summary>What must be left of a limit, or more than it, before work is taken again.</summary>
    private const double Calm = 0.75;
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(30);
    private string? _quiet;
    private long _since;

    /// <summary>Looks at the host. The same reason is given for as long as it is quiet: numbers that change would be news with every heartbeat.</summary>
    /// <returns>Why no new work is taken; null when it is.</returns>
    public string? Look()
    {
        var reading = read();
        if (_quiet is null && WhyQuiet(reading, 1) is { } reason)
        {
            (_quiet, _since) = (reason, clock.GetTimestamp());
            log.Quiet(reason);
        }
        else if (_quiet is not null && clock.GetElapsedTime(_since) >= Shortest && WhyQuiet(reading, Calm) is null)
        {
            log.QuietOver(_quiet, clock.GetElapsedTime(_since).TotalSeconds);
            _quiet = null;
        }
        return _quiet;
    }

    private string? WhyQuiet(HostReading reading, double share)
    {
        if (options.DiskFreeMb > 0 && reading.DiskFreeMb is { } free && free < options.DiskFreeMb / share)
            return string.Create(CultureInfo.InvariantCulture, $"its disk has {free:N0} MB left; below {options.DiskFreeMb:N0} MB it takes no new work");
        return Waits("memory", reading.Memory, options.MemoryPercent, share) ?? Waits("processors", reading.Cpu, options.CpuPercent, share) ?? Waits("disks", reading.Io, options.IoPercent, share);
    }

    private static string? Waits(string what, double? percent, int limit, double share) =>
        limit > 0 && percent > limit * share ? string.Create(CultureInfo.InvariantCulture, $"work waited for {what} in {percent:0} % of the last minute; above {limit} % it takes no new work") : null;
}
