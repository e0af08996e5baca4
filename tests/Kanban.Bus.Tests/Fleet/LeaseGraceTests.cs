using Kanban.Bus.Board.Fleet;
using Kanban.Bus.Tests.Harness;

namespace Kanban.Bus.Tests.Fleet;

/// <summary>Nothing is reaped until heartbeats could be written for one full term.</summary>
public sealed class LeaseGraceTests
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    private readonly FakeClock _clock = new();
    private readonly FakeClock _database = new();
    private readonly LeaseGrace _grace;

    public LeaseGraceTests() => _grace = new LeaseGrace(Lease, _clock);

    [Fact]
    public void It_lasts_one_term_from_the_start()
    {
        Healthy(TimeSpan.FromSeconds(29));
        Assert.True(_grace.Left > TimeSpan.Zero);

        Healthy(TimeSpan.FromSeconds(1));
        Assert.True(_grace.Left <= TimeSpan.Zero);
    }

    [Fact]
    public void A_look_that_fails_begins_it_anew()
    {
        Healthy(Lease);
        _grace.Failed();

        Assert.Equal(Lease, _grace.Left);
        Healthy(TimeSpan.FromSeconds(25));
        Assert.Equal(TimeSpan.FromSeconds(5), _grace.Left);
    }

    [Fact]
    public void A_process_that_stood_still_for_more_than_half_a_term_begins_it_anew()
    {
        Healthy(Lease);
        Pass(TimeSpan.FromSeconds(15));
        Assert.True(_grace.Left <= TimeSpan.Zero);

        Pass(TimeSpan.FromSeconds(16));

        Assert.Equal(Lease, _grace.Left);
    }

    [Fact]
    public void A_database_whose_clock_jumps_begins_it_anew_though_this_process_saw_no_gap()
    {
        Healthy(Lease);
        _database.Advance(TimeSpan.FromMinutes(10));

        _clock.Advance(TimeSpan.FromSeconds(1));
        _grace.Looked(_database.GetUtcNow());

        Assert.Equal(Lease, _grace.Left);
    }

    /// <summary>Looks every second.</summary>
    private void Healthy(TimeSpan time)
    {
        _grace.Looked(_database.GetUtcNow());
        for (var passed = TimeSpan.Zero; passed < time; passed += TimeSpan.FromSeconds(1))
            Pass(TimeSpan.FromSeconds(1));
    }

    private void Pass(TimeSpan time)
    {
        _clock.Advance(time);
        _database.Advance(time);
        _grace.Looked(_database.GetUtcNow());
    }
}
