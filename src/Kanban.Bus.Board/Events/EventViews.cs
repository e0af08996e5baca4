using System.Text.Json;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Board.Events;

/// <summary>Events as every face shows them.</summary>
public static class EventViews
{
    extension(EventView)
    {
        public static EventView Of(BoardEvent row)
        {
            var (source, subject) = Origin(row);
            var data = JsonElement.Parse(row.Data);
            return new EventView(
                "1.0",
                EventPosition.Of(row).ToString(),
                EventTypes.OnTheWire(row.Type),
                source,
                subject,
                row.At,
                row.Actor,
                row.TaskKey,
                row.Board,
                row.Lane,
                row.RunId,
                row.WorkerId,
                data,
                row.Pool,
                row.Schedule,
                EventWords.Of(row.Type, data));
        }
    }

    private static (string Source, string Subject) Origin(BoardEvent row) => row switch
    {
        { TaskKey: { } key } => ("/boards/" + row.Board, key),
        { Board: { } board } => ("/boards/" + board, board),
        { WorkerId: { } worker } => ("/workers/" + worker, worker),
        { Lane: { } lane } => ("/lanes/" + lane, lane),
        { Pool: { } pool } => ("/pools/" + pool, pool),
        { Type: EventTypes.OrderEdited } => ("/order", "order"),
        { Schedule: { } schedule } => ("/schedules/" + schedule, schedule),
        { Type: EventTypes.AlarmRaised or EventTypes.AlarmAcknowledged or EventTypes.AlarmCleared } => ("/alarms", "alarms"),
        _ => ("/access", row.Actor),
    };
}
