using Kanban.Bus.Tests.Harness;
using Kanban.Bus.Worker.Hosting.Pressure;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kanban.Bus.Tests.Worker;

/// <summary>When a worker takes no new work for its host's sake, and when it takes work again.</summary>
public sealed class HostPressureTests
{
    private static readonly HostReading Calm = new(100_000, 0, 99, 99);
    private readonly FakeClock _clock = new();
    private HostReading _host = Calm;

    [Fact]
    public void A_full_disk_makes_it_quiet_with_one_reason_until_there_is_room_to_spare()
    {
        var pressure = Pressure(new QuietOptions { DiskFreeMb = 600 });
        Assert.Null(pressure.Look());

        _host = Calm with { DiskFreeMb = 599 };
        Assert.Equal("its disk has 599 MB left; below 600 MB it takes no new work", pressure.Look());
        _host = Calm with { DiskFreeMb = 40 };
        Assert.Equal("its disk has 599 MB left; below 600 MB it takes no new work", pressure.Look());

        _host = Calm with { DiskFreeMb = 700 };
        _clock.Advance(TimeSpan.FromMinutes(10));
        Assert.NotNull(pressure.Look());
        _host = Calm with { DiskFreeMb = 801 };
        Assert.Null(pressure.Look());
    }

    [Fact]
    public void It_stays_quiet_for_half_a_minute_so_that_it_does_not_flutter()
    {
        var pressure = Pressure(new QuietOptions { MemoryPercent = 30 });
        _host = Calm with { Memory = 31 };
        Assert.Equal("work waited for memory in 31 % of the last minute; above 30 % it takes no new work", pressure.Look());

        _host = Calm;
        _clock.Advance(TimeSpan.FromSeconds(29));
        Assert.NotNull(pressure.Look());
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(pressure.Look());
    }

    [Fact]
    public void Busy_processors_and_a_host_that_tells_nothing_keep_nobody_from_work()
    {
        var pressure = Pressure(new QuietOptions());
        _host = new HostReading(null, null, 100, 100);
        Assert.Null(pressure.Look());
        Assert.NotNull(Pressure(new QuietOptions { CpuPercent = 90 }).Look());
        Assert.NotNull(Pressure(new QuietOptions { IoPercent = 90 }).Look());

        _host = new HostReading(0, 100, 100, 100);
        Assert.Null(Pressure(new QuietOptions { DiskFreeMb = 0, MemoryPercent = 0 }).Look());
    }

    [Fact]
    public void The_kernels_own_words_are_read()
    {
        Assert.Equal(55.21, HostReading.Parse("some avg10=48.57 avg60=55.21 avg300=40.99 total=26345112295\nfull avg10=0.00 avg60=0.10 avg300=0.00 total=0\n"));
        Assert.Null(HostReading.Parse("nothing"));
        Assert.Null(HostReading.Of("/", "/no/such/folder").Memory);
        Assert.True(HostReading.Of(Path.GetTempPath()).DiskFreeMb > 0);
    }

    private HostPressure Pressure(QuietOptions options) => new(options, () => _host, _clock, NullLogger.Instance);
}
