using System.Diagnostics.CodeAnalysis;
using Kanban.Bus.Board.Windows;
using Quartz;

namespace Kanban.Bus.Board.Schedules;

/// <summary>Times that come again and again, by the wall clock of a zone. In the night that skips one of them it comes when the clocks change; in the night that has one twice, the first time.</summary>
public sealed class Cron
{
    private readonly CronExpression _expression;

    private Cron(CronExpression expression, TimeZoneInfo zone) => (_expression, Zone) = (expression, zone);

    /// <summary>Whose wall clock.</summary>
    public TimeZoneInfo Zone { get; }

    /// <param name="text">Five fields as crontab has them, six with seconds before them, or a word such as <c>@daily</c>.</param>
    /// <param name="fault">Where, and the sentence that says what is wrong.</param>
    public static bool TryRead(string text, string zone, [NotNullWhen(true)] out Cron? cron, out (string Field, string Detail) fault)
    {
        (cron, fault) = (null, default);
        if (!Zones.TryFind(zone, out var found))
            fault = ("timeZone", Zones.Unknown(zone));
        else if (!CronExpression.TryParse(text, FormOf(text), out var expression) || expression is null)
            fault = ("cron", $"'cron' is five fields (minute, hour, day of month, month, day of week) such as '0 3 * * mon-fri', six with seconds before them, or @hourly, @daily, @weekly, @monthly; given was '{Tasks.TaskRules.Shown(text)}'.");
        else if (expression.WithTimeZone(found) is var local && local.GetNextValidTimeAfter(DateTimeOffset.UnixEpoch.AddYears(50)) is null)
            fault = ("cron", $"'cron' names a time that never comes: '{Tasks.TaskRules.Shown(text)}'.");
        else
            cron = new Cron(local, found);
        return cron is not null;
    }

    /// <summary>The first time after this moment; null when there is none any more.</summary>
    public DateTimeOffset? After(DateTimeOffset moment) => _expression.GetNextValidTimeAfter(moment)?.ToUniversalTime();

    /// <summary>The last time at this moment or before it.</summary>
    public DateTimeOffset? UpTo(DateTimeOffset moment) => _expression.GetPreviousValidTimeBefore(moment.AddTicks(1))?.ToUniversalTime();

    public IEnumerable<DateTimeOffset> AllAfter(DateTimeOffset moment)
    {
        while (After(moment) is { } next)
            yield return moment = next;
    }

    /// <summary>For Quartz to fire by.</summary>
    public CronScheduleBuilder Trigger => CronScheduleBuilder.Create(_expression).WithMisfireInstruction(CronTriggerMisfireInstruction.FireAndProceed);

    private static CronFormat FormOf(string text) =>
        text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Length > 5 ? CronFormat.Quartz : CronFormat.Unix;
}
