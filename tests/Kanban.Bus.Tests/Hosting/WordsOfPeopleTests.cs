using Kanban.Bus.Board.Hosting;

namespace Kanban.Bus.Tests.Hosting;

/// <summary>Times and names as people write them.</summary>
public sealed class WordsOfPeopleTests
{
    [Theory]
    [InlineData("500ms", 0.5)]
    [InlineData("30s", 30)]
    [InlineData("1.5m", 90)]
    [InlineData("1h30m", 5400)]
    [InlineData("2d", 172800)]
    [InlineData("00:00:05", 5)]
    public void A_time_is_read_with_its_unit(string text, double seconds)
    {
        Assert.True(Durations.TryParse(text, out var time));
        Assert.Equal(TimeSpan.FromSeconds(seconds), time);
    }

    [Theory]
    [InlineData("30")]
    [InlineData("")]
    [InlineData("-5s")]
    [InlineData("5 s")]
    [InlineData("5S")]
    [InlineData("999999999d999999999d")]
    [InlineData("soon")]
    public void A_time_without_a_unit_or_sense_is_refused(string text) => Assert.False(Durations.TryParse(text, out _));

    [Theory]
    [InlineData("00:00:30", "30s")]
    [InlineData("00:01:30", "90s")]
    [InlineData("01:00:00", "1h")]
    [InlineData("00:00:00.2", "200ms")]
    public void A_time_is_written_in_its_largest_whole_unit(string time, string text) =>
        Assert.Equal(text, Durations.Write(TimeSpan.Parse(time, System.Globalization.CultureInfo.InvariantCulture)));

    [Theory]
    [InlineData("gup", "gpu")]
    [InlineData("Shell", "shell")]
    [InlineData("codx", "codex")]
    [InlineData("shells", "shell")]
    [InlineData("banana", null)]
    [InlineData("x", null)]
    public void The_nearest_name_is_a_likely_slip_or_none(string given, string? nearest) =>
        Assert.Equal(nearest, Nearest.To(given, ["codex", "gpu", "shell", "etl"]));
}
