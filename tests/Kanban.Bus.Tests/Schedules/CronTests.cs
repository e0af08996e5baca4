using System.Globalization;
using Kanban.Bus.Board.Schedules;

namespace Kanban.Bus.Tests.Schedules;

/// <summary>Times by the wall clock of a zone, in nights that skip one and in nights that have one twice.</summary>
public sealed class CronTests
{
    [Theory]
    [InlineData("0 3 * * mon-fri", "Europe/Berlin", "2026-01-01T12:00Z", "2026-01-02T02:00Z 2026-01-05T02:00Z")]
    [InlineData("@daily", "UTC", "2026-01-01T12:00Z", "2026-01-02T00:00Z 2026-01-03T00:00Z")]
    [InlineData("*/20 9 * * *", "Asia/Kolkata", "2026-03-29T03:00Z", "2026-03-29T03:30Z 2026-03-29T03:50Z")]
    [InlineData("*/10 * * * * *", "UTC", "2026-01-01T00:00:05Z", "2026-01-01T00:00:10Z 2026-01-01T00:00:20Z")]
    [InlineData("0 12 1,15 * *", "UTC", "2026-01-01T12:00Z", "2026-01-15T12:00Z 2026-02-01T12:00Z")]
    // 02:30 does not come on 29 March in Berlin, nor on 8 March in New York: it comes when the clocks change.
    [InlineData("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00Z", "2026-03-29T01:00Z 2026-03-30T00:30Z")]
    [InlineData("30 2 * * *", "America/New_York", "2026-03-07T12:00Z", "2026-03-08T07:00Z 2026-03-09T06:30Z")]
    // It comes twice on 25 October in Berlin, and 01:30 does on 1 November in New York: the first counts.
    [InlineData("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00Z", "2026-10-25T00:30Z 2026-10-26T01:30Z")]
    [InlineData("30 1 * * *", "America/New_York", "2026-10-31T12:00Z", "2026-11-01T05:30Z 2026-11-02T06:30Z")]
    public void Times_are_those_of_the_zones_wall_clock(string cron, string zone, string after, string next)
    {
        var times = Read(cron, zone).AllAfter(Utc(after)).Take(2).ToList();

        Assert.Equal(next.Split(' ').Select(Utc), times);
        Assert.Equal(times[0], Read(cron, zone).UpTo(times[1].AddTicks(-1)));
        Assert.Equal(times[0], Read(cron, zone).UpTo(times[0]));
    }

    [Theory]
    [InlineData("tomorrow", "UTC", "cron")]
    [InlineData("60 * * * *", "UTC", "cron")]
    [InlineData("0 0 31 2 *", "UTC", "cron")]
    [InlineData("", "UTC", "cron")]
    [InlineData("0 3 * * *", "Europe/Berln", "timeZone")]
    public void What_is_no_time_is_refused_where_it_is(string cron, string zone, string field)
    {
        Assert.False(Cron.TryRead(cron, zone, out _, out var fault));
        Assert.Equal(field, fault.Field);
    }

    private static Cron Read(string text, string zone) => Cron.TryRead(text, zone, out var cron, out var fault) ? cron : throw new InvalidOperationException(fault.Detail);

    private static DateTimeOffset Utc(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture).ToUniversalTime();
}
