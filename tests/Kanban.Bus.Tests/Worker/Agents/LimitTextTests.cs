using Kanban.Bus.Worker.Executors.Agents;

namespace Kanban.Bus.Tests.Worker.Agents;

/// <summary>What agents say of limits, in words.</summary>
public sealed class LimitTextTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 13, 35, 0, TimeSpan.FromHours(1));

    [Theory]
    [InlineData("Claude AI usage limit reached|1795358104", "2026-11-22T14:35:04Z")]
    [InlineData("limit resets at 1795358104000", "2026-11-22T14:35:04Z")]
    [InlineData("You've hit your 5-hour limit · resets 2:35pm (UTC)", "2026-11-22T14:35:00Z")]
    [InlineData("Your limit resets 3am (America/New_York)", "2026-11-23T08:00:00Z")]
    [InlineData("try again at 2:34 PM.", "2026-11-22T13:34:00Z")]
    [InlineData("try again at 1:34 PM.", "2026-11-23T12:34:00Z")]
    [InlineData("Upgrade, or try again at Dec 1st, 2026 9:23 PM.", "2026-12-01T20:23:00Z")]
    [InlineData("quota exceeded; resets 2026-12-01T00:00:00Z", "2026-12-01T00:00:00Z")]
    public void A_time_is_read(string text, string expected) => Assert.Equal(DateTimeOffset.Parse(expected, System.Globalization.CultureInfo.InvariantCulture), LimitText.Reset(text, Now).At);

    [Theory]
    [InlineData("Rate limit reached. Please try again in 1s.", 1)]
    [InlineData("Please try again in 20ms", 0.02)]
    [InlineData("Try again in 3 days 4 hours 12 minutes.", 274_320)]
    [InlineData("retry after 1.5 minutes", 90)]
    [InlineData("resets in 2h 5m", 7_500)]
    public void A_length_of_time_is_read(string text, double seconds) => Assert.Equal(seconds, LimitText.Reset(text, Now).AfterSeconds!.Value, 3);

    [Theory]
    [InlineData("You have no limit")]
    [InlineData("resets 25:00")]
    [InlineData("resets 13pm")]
    [InlineData("resets at ١٧٩٥٣٥٨١٠٤")]
    [InlineData("resets at ٣:١٥ pm")]
    [InlineData("retry after ٣٠ s")]
    [InlineData("try again later")]
    [InlineData(null)]
    public void Where_nothing_is_told_nothing_is_made_up(string? text) => Assert.Equal((null, null), LimitText.Reset(text, Now));

    [Fact]
    public void A_length_of_time_that_nobody_can_wait_is_none() => Assert.Equal((null, null), LimitText.Reset($"try again in {new string('9', 400)} seconds", Now));

    [Theory]
    [InlineData("exceeded retry limit, last status: 429 Too Many Requests", 429)]
    [InlineData("unexpected status 401 Unauthorized: no", 401)]
    [InlineData("API Error: 529 overloaded", 529)]
    [InlineData("429 Too Many Requests", 429)]
    [InlineData("it took 404 s", null)]
    [InlineData("HTTP ٤٢٩", null)]
    [InlineData("٤٢٩ Too Many Requests", null)]
    public void A_status_is_read_where_it_is_called_so(string text, int? status) => Assert.Equal(status, LimitText.StatusIn(text));
}
