using System.Security.Claims;
using Kanban.Bus.Board.Access;
using Kanban.Bus.Board.Events;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Board.Tasks;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Runs.Inside;

/// <summary>
/// GET /runs/{runId}/lease — 200 the lease is live and its token the task's latest; 409 <c>lease-lost</c> it is not.
/// POST /runs/{runId}/heartbeat — the same, with a note for people; the lease itself is its worker's to renew.
/// </summary>
internal static class ShowLease
{
    public static void Map(RouteGroupBuilder runs)
    {
        runs.MapGet("/lease", Show).WithName("ShowRunLease").WithSummary("Whether the run may still act: its lease is live and its token the latest.").ProducesProblem(409).OnLeasePool();
        runs.MapPost("/heartbeat", Beat).WithName("RunHeartbeat").WithSummary("A run says that it is at work, and at what.").ProducesProblem(400).ProducesProblem(409).OnLeasePool();
    }

    internal static async Task<Results<Ok<RunLease>, ProblemHttpResult>> Show(Guid runId, ClaimsPrincipal user, BoardDbContext db, CancellationToken ct) =>
        await ReadAsync(db, runId, user.FencingToken(), ct) is { } lease ? TypedResults.Ok(lease) : RunWrites.LeaseLost();

    internal static async Task<Results<Ok<RunLease>, ProblemHttpResult>> Beat(
        Guid runId, RunPulse pulse, ClaimsPrincipal user, BoardDbContext db, RunWrites writes, CancellationToken ct)
    {
        if (TaskRules.Prose("/note", "note", pulse.Note, Limits.ReasonLength).ToList() is { Count: > 0 } faults)
            return Problems.Invalid(faults);
        if (string.IsNullOrWhiteSpace(pulse.Note))
            return await Show(runId, user, db, ct);
        var (lease, refused) = await writes.ApplyAsync(user, async caller =>
        {
            db.Events.Add(BoardEvent.Of(EventTypes.RunNoted, caller.Run, caller.Actor, caller.Now, new { note = pulse.Note }));
            return (await ReadAsync(db, runId, user.FencingToken(), ct), (ProblemHttpResult?)null);
        }, ct);
        return refused is not null ? refused : lease is null ? RunWrites.LeaseLost() : TypedResults.Ok(lease);
    }

    /// <summary>Null when the lease is over, by the database's clock, or its token is not the task's latest.</summary>
    internal static async Task<RunLease?> ReadAsync(BoardDbContext db, Guid runId, long token, CancellationToken ct)
    {
        var now = await db.NowAsync(ct);
        var found = await db.Leases.AsNoTracking().Where(l => l.RunId == runId && l.FencingToken == token && l.ExpiresAt > now)
            .Join(db.Runs, l => l.RunId, r => r.CorrelationId, (l, r) => new { l.ExpiresAt, r.TaskKey, r.State, r.Reason, Latest = r.Task.FencingToken, Unseen = db.Comments.Count(c => c.TaskId == r.TaskId && c.SeenAt == null && c.RunId != runId) })
            .SingleOrDefaultAsync(ct);
        if (found is null || found.Latest != token)
            return null;
        var stopping = found.State == nameof(RunState.Stopping);
        return new RunLease(runId, found.TaskKey, token, found.ExpiresAt, stopping, stopping ? found.Reason : null, now, found.Unseen);
    }
}
