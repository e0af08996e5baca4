using System.Globalization;
using System.Text.Json;
using Kanban.Bus.Board.Events;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Logs;

/// <summary>
/// GET /runs/{id}/log/stream — event <c>log</c> with each chunk since <c>after</c> or <c>Last-Event-ID</c>, of every stream or of one from a byte on, then <c>end</c> with the run's final state
/// when everything was sent. 400 for a bad cursor, 404 no such run.
/// </summary>
public static class FollowLog
{
    /// <summary>How soon a chunk shows that another replica stored. Only followed runs are looked at.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100);

    public static void Map(RouteGroupBuilder api) => api.MapGet("/runs/{id:guid}/log/stream", Handle)
        .WithName("StreamRunLog").WithSummary("A run's log while it is written, as server-sent events.").WithTags("Runs")
        .Produces<string>(200, "text/event-stream").Takes("after", "stream", "offset");

    internal static async Task<Results<EmptyHttpResult, ProblemHttpResult>> Handle(
        Guid id, HttpContext http, IServiceScopeFactory scopes, LogSignal signal, IHostApplicationLifetime lifetime, TimeProvider clock, string? after = null,
        string? stream = null, long offset = 0)
    {
        var cursor = http.Request.Headers["Last-Event-ID"].ToString() is { Length: > 0 } last ? last : after ?? "0";
        if (!long.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out var position))
            return Problems.Invalid("after", "'after' or Last-Event-ID is not a chunk's id. Leave it out to start with the first.");

        if (LogPart.WhyNot(stream, offset) is { } invalid)
            return invalid;
        var part = new LogPart(stream, offset);

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, lifetime.ApplicationStopping);
        var ct = ended.Token;
        try
        {
            var ring = signal.Next(id);
            if (await ReadAsync(scopes, id, position, part, ct) is not { } look)
                return Problems.NotFound("run", id.ToString());
            var events = await ServerSentEvents.StartAsync(http, cursor, clock, ct);
            var pinged = clock.GetTimestamp();
            while (true)
            {
                foreach (var chunk in look.Chunks)
                    await events.SendAsync("log", (position = chunk.Id).ToString(CultureInfo.InvariantCulture), JsonSerializer.Serialize(chunk, Json.Client), ct);
                if (!look.More && look.End is { } state)
                {
                    await events.SendAsync("end", null, JsonSerializer.Serialize(new { state }, Json.Client), ct);
                    break;
                }
                if (clock.GetElapsedTime(pinged) > ServerSentEvents.PingEvery)
                {
                    await events.PingAsync(ct);
                    pinged = clock.GetTimestamp();
                }
                if (!look.More)
                    await Task.WhenAny(ring, Task.Delay(LookEvery, clock, ct));
                ct.ThrowIfCancellationRequested();
                ring = signal.Next(id);
                look = await ReadAsync(scopes, id, position, part, ct) ?? throw new InvalidOperationException($"Run {id} vanished while its log was followed.");
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The client has gone, or the board stops: the client comes back with the last id it saw.
        }
        finally
        {
            signal.Leave(id);
        }
        return TypedResults.Empty;
    }

    private sealed record Look(List<LogChunkView> Chunks, bool More, RunState? End);

    /// <summary>The state is read before the chunks: nothing is appended after a run has ended, so a final state vouches for the page that follows it.</summary>
    private static async Task<Look?> ReadAsync(IServiceScopeFactory scopes, Guid id, long after, LogPart part, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<BoardDbContext>();
        var run = await db.Runs.AsNoTracking().Where(r => r.CorrelationId == id).Select(r => new { r.Live, r.State }).SingleOrDefaultAsync(ct);
        if (run is null)
            return null;
        var (chunks, more) = await ReadLog.PageAsync(db, id, after, Limits.DefaultPageSize, ct, part);
        return new Look(chunks, more, run.Live ? null : Enum.Parse<RunState>(run.State));
    }
}
