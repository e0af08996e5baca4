using Kanban.Bus.Board.Access;
using Kanban.Bus.Board.Fleet;
using Kanban.Bus.Board.Lanes;
using Kanban.Bus.Board.Pools;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Kanban.Bus.Board.Runs;

/// <summary>Decides claims that wait at the same moment, of any number of workers, in one transaction.</summary>
internal sealed class ClaimBatch(BoardDbContext db, IRunSaga saga, Briefs briefs, IOptions<LeaseOptions> lease)
{
    internal sealed record Request(string WorkerId, ClaimRuns Body);

    public async Task<IReadOnlyList<ClaimAnswers>> DecideAsync(IReadOnlyList<Request> requests, CancellationToken ct) =>
        await db.InTransactionAsync(() => DecideUnderLocksAsync(requests, ct), ct);

    private async Task<IReadOnlyList<ClaimAnswers>> DecideUnderLocksAsync(IReadOnlyList<Request> requests, CancellationToken ct)
    {
        var workerIds = requests.Select(r => r.WorkerId).Distinct().ToList();
        var found = await db.Workers.AsNoTracking().Include(w => w.Lanes).Where(w => workerIds.Contains(w.Id))
            .Select(w => new { Worker = w, HostIsCapped = db.Pools.Any(p => p.Name == Pool.HostPrefix + w.Host) }).ToListAsync(ct);
        var workers = found.ToDictionary(w => w.Worker.Id, w => FleetMember.Of(w.Worker));
        var hosts = await HostRoom.OfAsync(db, [.. found.Where(w => w.HostIsCapped).Select(w => w.Worker.Host)], ct);
        var runIds = requests.SelectMany(r => r.Body.Claims).Select(c => c.RunId).Distinct().ToList();
        var (locked, now) = await db.LockRunsAsync(runIds, ct, maybeBack: false);
        var runs = locked.ToDictionary(r => r.CorrelationId);
        var faults = await HostFaults.OfAsync(db, locked, now, ct);

        var granted = new Dictionary<Guid, (Run Run, string Token)>();
        var refused = new Dictionary<(string, Guid), ClaimRefusal>();
        foreach (var request in requests)
            foreach (var claim in request.Body.Claims)
            {
                var run = runs.GetValueOrDefault(claim.RunId);
                var worker = workers[request.WorkerId];
                if (run is null || WhyRefused(run, LaneOf(run), worker) is { } refusal && !IsRepeat(run, worker))
                {
                    refused[(worker.Id, claim.RunId)] = run is null ? ClaimRefusal.Unknown : WhyRefused(run, LaneOf(run), worker)!.Value;
                    continue;
                }

                if (!IsRepeat(run, worker) && (hosts.IsFull(worker.Host) ? ClaimRefusal.HostFull
                        : faults.LeavesToOthers(run, LaneOf(run), worker) ? ClaimRefusal.FailedHere : (ClaimRefusal?)null) is { } notHere)
                {
                    // It stays offered, and is published again: for a worker elsewhere, or for this one later.
                    run.PublishedAt = null;
                    refused[(worker.Id, claim.RunId)] = notHere;
                    continue;
                }

                var (token, hash) = Tokens.New(Tokens.Run);
                if (IsRepeat(run, worker))
                    // The answer to its claim was lost: the same lease with a new run token.
                    db.Leases.Local.FindEntry(run.CorrelationId)!.Entity.TokenHash = run.TokenHash = hash;
                else
                {
                    hosts.Take(worker.Host);
                    await saga.SendAsync(new ClaimRun(run.CorrelationId, worker.Id, worker.Host, claim.Slot, hash, lease.Value.Duration, now), ct);
                }

                granted[run.CorrelationId] = (run, token);
            }

        var grants = await briefs.GrantsAsync([.. granted.Values], lease.Value.Duration, now, ct);
        return [.. requests.Select(request => new ClaimAnswers([.. request.Body.Claims.Select(claim =>
            refused.TryGetValue((request.WorkerId, claim.RunId), out var refusal)
                ? new ClaimAnswer(claim.RunId, null, refusal)
                : new ClaimAnswer(claim.RunId, grants[claim.RunId], null))]))];
    }

    /// <summary>Null when the worker may have it.</summary>
    internal static ClaimRefusal? WhyRefused(Run run, Lane lane, FleetMember worker)
    {
        if (!run.Live)
            return ClaimRefusal.Withdrawn;
        if (run.StateName is not RunState.Offered)
            return ClaimRefusal.Held;
        if (!worker.TakesWork || lane.Paused || lane.Breaker is { State: BreakerState.Open })
            return ClaimRefusal.Draining;
        return Eligibility.Lacks(worker, run.Lane, lane.Profile, run.Task.Host, RequirementSet.Split(run.Task.Needs)) is null
            ? null
            : ClaimRefusal.NotEligible;
    }

    private bool IsRepeat(Run run, FleetMember worker) =>
        run.StateName is RunState.Running && run.WorkerId == worker.Id && db.Leases.Local.FindEntry(run.CorrelationId) is not null;

    private Lane LaneOf(Run run) => db.Lanes.Local.FindEntry(run.Lane)!.Entity;
}
