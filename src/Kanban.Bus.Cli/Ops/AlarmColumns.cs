using Kanban.Bus.Cli.Printing;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Cli.Ops;

/// <summary>How alarms are printed.</summary>
internal static class AlarmColumns
{
    public static Columns<AlarmView> Of(TimeProvider clock) => new(
        alarm => $"{alarm.Id}",
        new("ID", alarm => $"{alarm.Id}"),
        new("SINCE", alarm => Times.Age(alarm.Since, clock), alarm => Times.Iso(alarm.Since)),
        new("ALARM", alarm => Words.Of(alarm.Kind)),
        new("SUBJECT", alarm => alarm.Subject),
        new("COUNT", alarm => $"{alarm.Count}"),
        new("STATE", State),
        new("REASON", alarm => alarm.Reason));

    public static string Sentence(AlarmView alarm) => $"{Words.Of(alarm.Kind)} of {alarm.Subject}: {State(alarm)}.";

    private static string State(AlarmView alarm) => alarm switch
    {
        { ClearedAt: not null } => "cleared",
        { AcknowledgedBy: { } by, Note: { } note } => $"seen to by {by}: {note}",
        { AcknowledgedBy: { } by } => $"seen to by {by}",
        _ => "open",
    };
}
