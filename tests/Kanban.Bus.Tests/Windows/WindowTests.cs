using System.Globalization;
using Kanban.Bus.Board.Windows;

namespace Kanban.Bus.Tests.Windows;

/// <summary>When a window is open, on the wall clocks of its zone, in nights that skip an hour and in nights that have one twice.</summary>
public sealed class WindowTests
{
    [Theory]
    [InlineData("mon-fri 08:00-18:00 Europe/Berlin", "2026-01-02T06:59Z", false, "2026-01-02T07:00Z")]
    [InlineData("mon-fri 08:00-18:00 Europe/Berlin", "2026-01-02T07:00Z", true, "2026-01-02T17:00Z")]
    [InlineData("mon-fri 08:00-18:00 Europe/Berlin", "2026-01-02T17:00Z", false, "2026-01-05T07:00Z")]
    [InlineData("mon-fri 08:00-18:00 Europe/Berlin", "2026-07-03T06:00Z", true, "2026-07-03T16:00Z")]
    [InlineData("22:00-06:00", "2026-01-01T05:59Z", true, "2026-01-01T06:00Z")]
    [InlineData("sun 22:00-06:00", "2026-01-05T03:00Z", true, "2026-01-05T06:00Z")]
    [InlineData("sun 22:00-06:00", "2026-01-04T03:00Z", false, "2026-01-04T22:00Z")]
    [InlineData("mon-fri 00:00-24:00", "2026-01-07T12:00Z", true, "2026-01-10T00:00Z")]
    [InlineData("fri-mon 00:00-24:00", "2026-01-02T00:00Z", true, "2026-01-06T00:00Z")]
    [InlineData("09:00-17:00 Asia/Kolkata", "2026-03-29T03:00Z", false, "2026-03-29T03:30Z")]
    // In spring 02:30 does not come: Berlin's clocks go from 02:00 to 03:00 at 01:00 UTC, New York's at 07:00 UTC.
    [InlineData("02:30-05:00 Europe/Berlin", "2026-03-29T00:30Z", false, "2026-03-29T01:00Z")]
    [InlineData("02:30-05:00 Europe/Berlin", "2026-03-29T01:00Z", true, "2026-03-29T03:00Z")]
    [InlineData("22:00-02:30 Europe/Berlin", "2026-03-28T23:00Z", true, "2026-03-29T01:00Z")]
    [InlineData("02:00-03:00 Europe/Berlin", "2026-03-28T12:00Z", false, "2026-03-30T00:00Z")]
    [InlineData("sun 02:00-03:00 Europe/Berlin", "2026-03-28T12:00Z", false, "2026-04-05T00:00Z")]
    [InlineData("02:30-05:00 America/New_York", "2026-03-08T06:30Z", false, "2026-03-08T07:00Z")]
    // In autumn 02:30 comes twice in Berlin (00:30 and 01:30 UTC), 01:30 in New York (05:30 and 06:30 UTC): the first counts.
    [InlineData("02:30-05:00 Europe/Berlin", "2026-10-25T00:00Z", false, "2026-10-25T00:30Z")]
    [InlineData("02:30-05:00 Europe/Berlin", "2026-10-25T01:15Z", true, "2026-10-25T04:00Z")]
    [InlineData("22:00-02:30 Europe/Berlin", "2026-10-25T00:00Z", true, "2026-10-25T00:30Z")]
    [InlineData("22:00-02:30 Europe/Berlin", "2026-10-25T01:15Z", false, "2026-10-25T21:00Z")]
    [InlineData("01:30-02:30 America/New_York", "2026-11-01T05:30Z", true, "2026-11-01T07:30Z")]
    // A cron template says when it begins, and its length is time that passes: in the short night it ends at 07:00 by the clock, in the long one at 05:00.
    [InlineData("cron 0 22 * * mon-fri for 8h Europe/Berlin", "2026-01-02T20:59Z", false, "2026-01-02T21:00Z")]
    [InlineData("cron 0 22 * * 1-5 for 8h Europe/Berlin", "2026-01-02T21:00Z", true, "2026-01-03T05:00Z")]
    [InlineData("cron 0 22 * * 1-5 for 8h Europe/Berlin", "2026-01-03T05:00Z", false, "2026-01-05T21:00Z")]
    [InlineData("cron 0 22 * * * for 8h Europe/Berlin", "2026-03-28T21:00Z", true, "2026-03-29T05:00Z")]
    [InlineData("cron 0 22 * * * for 8h Europe/Berlin", "2026-10-24T20:00Z", true, "2026-10-25T04:00Z")]
    [InlineData("cron 30 2 * * * for 1h Europe/Berlin", "2026-03-29T00:30Z", false, "2026-03-29T01:00Z")]
    [InlineData("cron 30 2 * * * for 1h Europe/Berlin", "2026-10-25T01:30Z", false, "2026-10-26T01:30Z")]
    [InlineData("cron 0 0 1 * * for 24h", "2026-02-01T12:00Z", true, "2026-02-02T00:00Z")]
    [InlineData("cron 0 8,9 * * * for 1h", "2026-01-01T08:30Z", true, "2026-01-01T10:00Z")]
    [InlineData("cron 0 8,9 * * * for 2h30m", "2026-01-01T08:30Z", true, "2026-01-01T11:30Z")]
    public void A_window_is_open_by_the_wall_clock_of_its_zone(string text, string now, bool open, string until) =>
        Assert.Equal((open, Utc(until)), Read(text).At(Utc(now)));

    [Theory]
    [InlineData("Europe/Berlin", "2026-03-29T00:00Z")]
    [InlineData("Europe/Berlin", "2026-10-25T00:00Z")]
    [InlineData("America/New_York", "2026-03-08T05:00Z")]
    [InlineData("America/New_York", "2026-11-01T04:00Z")]
    [InlineData("Asia/Tokyo", "2026-11-01T04:00Z")]
    public void Of_two_windows_that_share_the_day_one_is_open_at_every_moment_and_never_both(string zone, string night)
    {
        foreach (var edge in new[] { "00:30", "01:00", "01:30", "02:00", "02:30", "02:45", "03:00", "03:30" })
        {
            var (day, rest) = (Read($"{edge}-12:00 {zone}"), Read($"12:00-{edge} {zone}"));
            for (var now = Utc(night).AddHours(-3); now < Utc(night).AddHours(9); now = now.AddMinutes(1))
            {
                Assert.True(day.At(now).Open != rest.At(now).Open, $"{edge} {zone} at {now:O}");
                Assert.Equal(day.At(now).Until, rest.At(now).Until);
                Assert.True(day.At(now).Until > now);
            }
        }
    }

    [Theory]
    [InlineData("mon,tue,wed,thu,fri 8:00-18:00 Europe/Berlin=2", "mon-fri 08:00-18:00 Europe/Berlin = 2")]
    [InlineData("  22:00 - 06:00  Europe/Berlin ", "22:00-06:00 Europe/Berlin")]
    [InlineData("daily 22:00-00:00", "22:00-24:00 UTC")]
    [InlineData("Sat,SUN 00:00-24:00 UTC = 0", "sat,sun 00:00-24:00 UTC = closed")]
    [InlineData("sun,mon,thu 01:00-02:00 = closed", "mon,thu,sun 01:00-02:00 UTC = closed")]
    [InlineData("cron  0  22 * * mon-fri  for 480m=12", "cron 0 22 * * mon-fri for 8h UTC = 12")]
    [InlineData("cron @daily for 90m Europe/Berlin", "cron @daily for 1h30m Europe/Berlin")]
    public void It_is_shown_in_one_form_that_reads_the_same(string given, string shown)
    {
        Assert.Equal(shown, Read(given).ToString());
        Assert.Equal(Read(given), Read(shown));
    }

    [Theory]
    [InlineData("nights", "A window reads 'mon-fri 08:00-18:00 Europe/Berlin = 2'")]
    [InlineData("08:00-18:00 Europe/Berlin = 2; 1", "A window reads")]
    [InlineData("mon-fry 08:00-18:00", "Days are mon, tue, wed, thu, fri, sat and sun")]
    [InlineData("08:00-24:01", "Hours go from 00:00 to 24:00")]
    [InlineData("08:60-09:00", "Hours go from 00:00 to 24:00")]
    [InlineData("24:00-09:00", "Hours go from 00:00 to 24:00")]
    [InlineData("08:00-08:00", "is empty: it ends where it begins")]
    [InlineData("00:00-24:00 UTC = 3", "This window is always open")]
    [InlineData("08:00-18:00 Europe/Berln", "No time zone 'Europe/Berln'. Did you mean 'Europe/Berlin'?")]
    [InlineData("08:00-18:00 CEST", "No time zone 'CEST'.")]
    [InlineData("cron 0 25 * * * for 8h", "'cron' is five fields")]
    [InlineData("cron 0 22 * * * for 0h", "A window is open for 1m to 168h")]
    [InlineData("cron 0 22 * * * for 169h", "given was '169h'")]
    [InlineData("cron 0 22 * * * for 8h Europe/Berln", "Did you mean 'Europe/Berlin'?")]
    [InlineData("cron 0 22 * * * for 8h = some", "Units of a window are 0 to 100000")]
    [InlineData("cron 0 22 * * * Europe/Berlin = 12", "A window reads")]
    [InlineData("08:00-18:00 = many", "Units of a window are 0 to 100000, or 'closed'; given was 'many'.")]
    [InlineData("08:00-18:00 = 100001", "Units of a window are 0 to 100000")]
    public void What_is_wrong_with_one_is_said(string given, string says)
    {
        var (window, fault) = WindowText.Read(given);

        Assert.Null(window);
        Assert.Contains(says, fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_several_that_are_open_the_lowest_holds_and_outside_of_those_that_open_it_is_closed()
    {
        const string column = "08:00-18:00 UTC = 2; 12:00-13:00 UTC = 5; sun 09:00-10:00 UTC = closed; 06:00-20:00 UTC";

        Assert.Equal("0 until 2026-01-02T06:00Z then 9", Say("2026-01-01T20:00Z"));
        Assert.Equal("9 until 2026-01-02T08:00Z then 2", Say("2026-01-02T06:00Z"));
        Assert.Equal("2 until 2026-01-02T18:00Z then 9", Say("2026-01-02T12:30Z"));
        Assert.Equal("0 until 2026-01-04T10:00Z then 2", Say("2026-01-04T09:30Z"));
        Assert.Equal(9, CapWindows.Read(column, 9)!.Most);
        Assert.Null(CapWindows.Read(column, null)!.Most);
        Assert.Equal((5, null), CapWindows.Read("20:00-06:00 UTC = 5", 5)!.At(Utc("2026-01-01T20:00Z")) is var same ? (same.Limit, same.Until) : default);

        string Say(string at) => CapWindows.Read(column, 9)!.At(Utc(at)) is var now ? string.Create(CultureInfo.InvariantCulture, $"{now.Limit} until {now.Until:yyyy-MM-ddTHH:mmZ} then {now.Next}") : "";
    }

    private static Window Read(string text) => WindowText.Read(text) is { Window: { } window } ? window : throw new InvalidOperationException(WindowText.Read(text).Fault);

    private static DateTimeOffset Utc(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture).ToUniversalTime();
}
