using Kanban.Bus.Board.Pools;

namespace Kanban.Bus.Tests.Pools;

/// <summary>The rule alone: how long an account stays closed, and how it opens.</summary>
public sealed class ParkingTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(3600, 0, 3600)]
    [InlineData(3600, 1, 3660)]
    [InlineData(300, 1, 330)]
    [InlineData(-3600, 0, 60)]
    [InlineData(10, 0, 60)]
    [InlineData(30 * 24 * 3600, 0, 7 * 24 * 3600)]
    public void It_stays_closed_until_the_limit_resets_and_a_little_longer_within_bounds(int resetsIn, double jitter, int seconds) =>
        Assert.Equal(seconds, (Parking.Until(Now.AddSeconds(resetsIn), Now, jitter) - Now).TotalSeconds);

    [Fact]
    public void It_opens_with_one_unit_and_twice_as_many_with_each_step_until_all_are_there()
    {
        var openAt = Parking.OpenAt(Now, 10);
        int At(double steps) => Parking.Limit(10, Now, openAt, Now + Parking.Step * steps);

        Assert.Equal([0, 1, 1, 2, 4, 8, 10, 10], [At(-0.1), At(0), At(0.9), At(1), At(2), At(3), At(4), At(1000)]);
        Assert.Equal(Now + Parking.Step * 4, openAt);
        Assert.Equal(Now, Parking.OpenAt(Now, 1));
    }

    [Fact]
    public void Each_moment_at_which_it_opens_further_is_known_before()
    {
        var openAt = Parking.OpenAt(Now, 10);
        var moments = new List<DateTimeOffset>();
        for (DateTimeOffset? at = Now.AddMinutes(-5); (at = Parking.Next(Now, openAt, at.Value)) is { } next;)
            moments.Add(next);

        Assert.Equal([0, 1, 2, 3, 4], moments.Select(m => (m - Now) / Parking.Step));
    }
}
