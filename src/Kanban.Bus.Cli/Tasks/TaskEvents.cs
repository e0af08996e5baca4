using System.CommandLine;
using Kanban.Bus.Cli.Client;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Cli.Tasks;

/// <summary><c>kanban task events [KEY] [-f]</c>: what happened, oldest first.</summary>
internal static class TaskEvents
{
    public static Command Build(App app)
    {
        var key = new Argument<string?>("KEY") { Description = "Of this task; without it, of everything", Arity = ArgumentArity.ZeroOrOne };
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on with events as they happen" };
        var board = Options.Text("--board", "Of this board's tasks", "KEY", "-b");
        var type = Options.Text("--type", "Of this kind, such as task.moved", "KIND");
        var after = Options.Text("--after", "After the event with this id", "ID");
        var limit = Options.Number("--limit", "Most stored events to print; no limit unless told");
        var command = new Command("events", "Print what happened, to one task or to all") { key, follow, board, type, after, limit };
        return app.On(command, async (call, ct) =>
        {
            var filter = new EventFilter(call.Get(key), call.Get(board), call.Get(type));
            var (events, cursor) = await StoredAsync(call, filter, call.Get(after), call.Get(limit) ?? int.MaxValue, ct);
            if (!call.Get(follow))
            {
                call.Output.List(events, TaskColumns.Events, "No events.");
                return ExitCode.Ok;
            }

            foreach (var item in events)
                call.Output.Next(item, TaskColumns.Events);
            await foreach (var item in call.Follow.EventsAsync(filter, cursor, null, ct))
                call.Output.Next(item, TaskColumns.Events);

            return ExitCode.Ok;
        });
    }

    private static async Task<(List<EventView> Events, string? Cursor)> StoredAsync(Call call, EventFilter filter, string? after, int limit, CancellationToken ct)
    {
        var events = new List<EventView>();
        Page<EventView> page;
        do
        {
            page = await call.Board.EventsAsync(filter, after, Math.Min(limit - events.Count, Limits.PageSize), ct);
            events.AddRange(page.Items);
            after = page.Items.Count > 0 ? page.Items[^1].Id : after;
        }
        while (page.NextCursor is not null && events.Count < limit);
        return (events, after);
    }
}
