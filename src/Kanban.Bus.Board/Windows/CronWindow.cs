using Kanban.Bus.Board.Schedules;

namespace Kanban.Bus.Board.Windows;

/// <summary>Open for a while from each time of a cron template on.</summary>
/// <param name="Text">Five fields, or a word such as <c>@daily</c>.</param>
/// <param name="Length">Time that passes, not hours on a clock: in the night that skips an hour it ends an hour later by the clock.</param>
public sealed record CronWindow(string Text, Cron Cron, TimeSpan Length, TimeZoneInfo Zone, int? Units) : Window(Zone, Units)
{
    public static readonly TimeSpan MaxLength = TimeSpan.FromDays(7);

    /// <summary>Of those that touch, so many are taken for one: then it is asked again.</summary>
    private const int Together = 32;

    protected override string Times =>
        FormattableString.Invariant($"cron {Text} for {((int)Length.TotalHours is > 0 and var hours ? $"{hours}h" : "")}{(Length.Minutes is > 0 and var minutes ? $"{minutes}m" : "")}");

    protected override IEnumerable<(DateTimeOffset From, DateTimeOffset To)> Around(DateTimeOffset now) =>
        Cron.AllAfter(now - Length).Take(Together).Select(from => (from, from + Length));

    /// <summary>The template says it all; what was read from it is no part of the value.</summary>
    public bool Equals(CronWindow? other) => base.Equals(other) && Text == other.Text && Length == other.Length;

    public override int GetHashCode() => HashCode.Combine(base.GetHashCode(), Text, Length);
}
