using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Events;

/// <summary>GET /events/stream — events as they are committed, after those since <c>after</c> or <c>Last-Event-ID</c>; with neither, from now on. 400 for a bad cursor, an unknown parameter, board or type.</summary>
public static class StreamEvents
{
    private const int Batch = 500;

    public static void Map(RouteGroupBuilder api) => api.MapGet("/events/stream", Handle)
        .WithName("StreamEvents").WithSummary("Live events, as server-sent events.").WithTags("Events")
        .Produces<string>(200, "text/event-stream").Takes("after", "task", "board", "type");

    internal static async Task<Results<EmptyHttpResult, ProblemHttpResult>> Handle(
        HttpContext http, EventTail tail, IServiceScopeFactory scopes, IHostApplicationLifetime lifetime, TimeProvider clock,
        string? after = null, string? task = null, string? board = null, string? type = null)
    {
        var cursor = http.Request.Headers["Last-Event-ID"].ToString() is { Length: > 0 } last ? last : after;
        EventPosition position = default;
        if (cursor is not null && !EventPosition.TryParse(cursor, out position))
            return Problems.Invalid("after", "'after' or Last-Event-ID is not an event's id. Leave it out to start from now.");

        await using (var scope = scopes.CreateAsyncScope())
            if (await ListEvents.UnknownAsync(scope.ServiceProvider.GetRequiredService<BoardDbContext>(), board, type, http.RequestAborted) is { } unknown)
                return unknown;
        type = type is null ? null : EventTypes.Find(type);

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, lifetime.ApplicationStopping);
        try
        {
            using var watch = tail.Watch(e => Passes(e, task, board, type));
            var started = await watch.Started.WaitAsync(ended.Token);
            if (cursor is null)
                position = started;
            var stream = await ServerSentEvents.StartAsync(http, position.ToString(), clock, ended.Token);
            position = await CatchUpAsync(stream, scopes, position, started, e => Passes(e, task, board, type), ended.Token);
            await FollowAsync(stream, watch, position, clock, ended.Token);
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The client has gone, or the board stops: the client comes back with the last id it saw.
        }
        return TypedResults.Empty;
    }

    private static bool Passes(BoardEvent e, string? task, string? board, string? type) =>
        (task is null || e.TaskKey == task) && (board is null || e.Board == board) && (type is null || e.Type == type);

    /// <summary>Sends what lies between the client's position and the start of its watch, in pages.</summary>
    private static async Task<EventPosition> CatchUpAsync(
        ServerSentEvents stream, IServiceScopeFactory scopes, EventPosition position, EventPosition until, Func<BoardEvent, bool> passes, CancellationToken ct)
    {
        while (position < until)
        {
            List<BoardEvent> rows;
            await using (var scope = scopes.CreateAsyncScope())
                rows = await scope.ServiceProvider.GetRequiredService<BoardDbContext>().SettledEvents(position).AsNoTracking()
                    .OrderBy(e => e.Tx).ThenBy(e => e.Seq).Take(Batch).ToListAsync(ct);
            if (rows.Count == 0)
                break;
            foreach (var row in rows.Where(passes))
                await SendAsync(stream, TailedEvent.Of(row), ct);
            position = EventPosition.Of(rows[^1]);
        }
        return position;
    }

    private static async Task FollowAsync(ServerSentEvents stream, EventWatch watch, EventPosition position, TimeProvider clock, CancellationToken ct)
    {
        while (true)
        {
            var more = watch.Events.WaitToReadAsync(ct).AsTask();
            while (await Task.WhenAny(more, Task.Delay(ServerSentEvents.PingEvery, clock, ct)) != more)
                await stream.PingAsync(ct);
            if (!await more)
                return;
            while (watch.Events.TryRead(out var tailed))
                if (tailed.Position > position)
                    await SendAsync(stream, tailed, ct);
        }
    }

    private static Task SendAsync(ServerSentEvents stream, TailedEvent tailed, CancellationToken ct) =>
        stream.SendAsync(tailed.Row.Type, tailed.Position.ToString(), tailed.Json, ct);
}
