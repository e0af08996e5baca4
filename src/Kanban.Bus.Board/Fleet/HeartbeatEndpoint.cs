using Kanban.Bus.Board.Access;
using Kanban.Bus.Board.Alarms;
using Kanban.Bus.Board.Events;
using Kanban.Bus.Board.Gateways;
using Kanban.Bus.Board.Runs;
using Kanban.Bus.Board.Runs.Inside;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Board.Tasks;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Kanban.Bus.Board.Fleet;

/// <summary>POST /workers/{id}/heartbeat — 200 orders; 401 and 409 as for every call of a session.</summary>
/// <remarks>All the worker's leases are renewed by one statement, whatever their number. A beat after the deadline and before the sweep is in time.</remarks>
internal static class HeartbeatEndpoint
{
    private const int MostQuiet = 300;

    /// <summary>For one run in one answer, the newest: the older ones were told before.</summary>
    private const int MostMessages = 20;

    public static void Map(RouteGroupBuilder workers) => workers.MapPost("/{id}/heartbeat", Handle)
        .WithName("Heartbeat").WithSummary("Renews a worker's leases and tells it what to do").RequireAuthorization(Policies.WorkerSession).OnLeasePool();

    private static async Task<Ok<Orders>> Handle(
        string id, Heartbeat beat, BoardDbContext db, RunResumption resumption, KnownQueues queues, IOptions<LeaseOptions> lease, CancellationToken ct)
    {
        var now = await db.NowAsync(ct);
        if (beat.Runs.Count > 0)
            await db.RenewLeasesAsync(id, beat.Runs, now, now + lease.Value.Duration, ct);
        if (beat.Met is { Count: > 0 } met)
            await db.AddReportsAsync(id, met, ct);
        if (beat.Progress is { Count: > 0 } progress)
            await db.KeepAsync(id, progress, ct);
        var worker = await db.Workers.AsNoTracking().Include(w => w.Lanes).SingleAsync(w => w.Id == id, ct);
        if (worker.Draining != beat.Draining || worker.State is not WorkerState.Live || worker.Quiet != Said(beat.Quiet))
            await ChangeAsync(db, id, beat, now, ct);
        else
            await db.Workers.Where(w => w.Id == id)
                .ExecuteUpdateAsync(set => set.SetProperty(w => w.HeartbeatAt, now).SetProperty(w => w.Load, beat.Load), ct);
        worker.Quiet = Said(beat.Quiet);
        var orders = await OrdersAsync(db, worker, beat.Runs, queues, ct);
        // What was lost while the line was down and nobody has claimed since goes on.
        if (orders.Forget.Count > 0 && await resumption.ResumeAsync(id, [.. beat.Runs.Where(r => orders.Forget.Contains(r.RunId))], ct) > 0)
            orders = await OrdersAsync(db, worker, beat.Runs, queues, ct);
        return TypedResults.Ok(orders);
    }

    /// <summary>What a worker should know now.</summary>
    internal static async Task<Orders> OrdersAsync(BoardDbContext db, Worker worker, IReadOnlyList<HeldRun> held, KnownQueues queues, CancellationToken ct)
    {
        var leased = held.Count == 0 ? [] : await db.Leases.AsNoTracking()
            .Where(l => l.WorkerId == worker.Id)
            .Join(db.Runs, l => l.RunId, r => r.CorrelationId, (l, r) => new
            {
                l.RunId,
                l.FencingToken,
                r.State,
                r.Reason,
                r.TaskId,
                HasNews = db.Comments.Any(c => c.TaskId == r.TaskId && c.SeenAt == null && c.RunId != l.RunId),
            })
            .ToDictionaryAsync(l => l.RunId, ct);
        var forget = held.Where(h => !leased.TryGetValue(h.RunId, out var l) || l.FencingToken != h.FencingToken).Select(h => h.RunId).ToList();
        var stop = held.Where(h => leased.TryGetValue(h.RunId, out var l) && l.State == nameof(RunState.Stopping))
            .Select(h => new StopOrder(h.RunId, leased[h.RunId].Reason ?? "asked to stop")).ToList();
        var news = new List<RunMessage>();
        foreach (var run in leased.Values.Where(l => l.HasNews))
            news.AddRange((await db.Unseen(run.TaskId, run.RunId).AsNoTracking().OrderByDescending(c => c.Id).Take(MostMessages).ToListAsync(ct)).Select(c => new RunMessage(run.RunId, CommentTask.Of(c))));
        // A quiet worker leaves its queues, so that offers go to the others.
        return new Orders(worker.DrainAsked, worker.Quiet is null ? queues.For(FleetMember.Of(worker)) : [], stop, forget, news.Count == 0 ? null : news);
    }

    /// <summary>The worker came back, or began or ended draining: admission sees it differently from now on.</summary>
    private static Task ChangeAsync(BoardDbContext db, string id, Heartbeat beat, DateTimeOffset now, CancellationToken ct) => db.InTransactionAsync(async () =>
    {
        var worker = await db.Workers.SingleAsync(w => w.Id == id, ct);
        if (beat.Draining && !worker.Draining)
            db.Events.Add(BoardEvent.OfWorker(EventTypes.WorkerDraining, id, "worker:" + id, now));
        if (worker.State is not WorkerState.Live)
            db.Events.Add(BoardEvent.OfWorker(EventTypes.WorkerReturned, id, "worker:" + id, now, new { was = worker.State }));
        if (Said(beat.Quiet) is var quiet && (quiet is null) != (worker.Quiet is null))
            db.Events.Add(BoardEvent.OfWorker(quiet is null ? EventTypes.WorkerResumed : EventTypes.WorkerQuiet, id, "worker:" + id, now, new { reason = quiet ?? worker.Quiet }));
        // One that was gone and is back has had its alarm cleared.
        if (quiet is not null && (worker.Quiet is null || worker.State is not WorkerState.Live))
            await db.RaiseAlarmAsync(AlarmKind.WorkerQuiet, id, $"worker {id} takes nothing new: {quiet}", now, ct);
        worker.Quiet = quiet;
        worker.State = WorkerState.Live;
        worker.Draining = beat.Draining;
        worker.HeartbeatAt = now;
        worker.Load = beat.Load;
    }, ct);

    /// <summary>Bounded, as any text from outside.</summary>
    private static string? Said(string? quiet) => string.IsNullOrWhiteSpace(quiet) ? null : quiet.Length <= MostQuiet ? quiet : quiet[..MostQuiet];
}
