using Kanban.Bus.Board.Fleet;
using Kanban.Bus.Board.Lanes;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Runs;

/// <summary>Which workers leave a task to others for a moment, because a run of it ended there by the host's fault.</summary>
/// <remarks>Any worker that consumes a queue may be handed an offer, so the claim has this word too. After the moment whoever comes may have it.</remarks>
internal sealed class HostFaults
{
    /// <summary>Time for another worker to take the offer, from when it was made.</summary>
    public static readonly TimeSpan Moment = TimeSpan.FromSeconds(10);

    private readonly ILookup<Guid, string> _failedOn;
    private readonly IReadOnlyList<FleetMember> _workers;

    private HostFaults(ILookup<Guid, string> failedOn, IReadOnlyList<FleetMember> workers) => (_failedOn, _workers) = (failedOn, workers);

    /// <summary>Mostly no task has met such a fault, and nothing is read.</summary>
    public static async Task<HostFaults> OfAsync(BoardDbContext db, IEnumerable<Run> claimed, DateTimeOffset now, CancellationToken ct)
    {
        var tasks = claimed.Where(r => r.Task.Failures.Of(ErrorClass.Host) > 0 && now - r.OfferedAt < Moment).Select(r => r.TaskId).ToList();
        if (tasks.Count == 0)
            return new(Enumerable.Empty<Guid>().ToLookup(id => id, _ => ""), []);
        var failed = await db.Runs.AsNoTracking().Where(r => tasks.Contains(r.TaskId) && r.Class == ErrorClass.Host && r.WorkerId != null)
            .Select(r => new { r.TaskId, r.WorkerId }).ToListAsync(ct);
        var workers = await db.Workers.AsNoTracking().Include(w => w.Lanes).Where(w => w.State == WorkerState.Live).ToListAsync(ct);
        return new(failed.ToLookup(f => f.TaskId, f => f.WorkerId!), workers.ConvertAll(FleetMember.Of));
    }

    /// <summary>Whether a run of its task failed on this worker, and one that it has not failed on could take it.</summary>
    public bool LeavesToOthers(Run run, Lane lane, FleetMember worker)
    {
        var failedOn = _failedOn[run.TaskId];
        return failedOn.Contains(worker.Id) && _workers.Any(w => w.TakesWork && !failedOn.Contains(w.Id)
            && Eligibility.Lacks(w, run.Lane, lane.Profile, run.Task.Host, RequirementSet.Split(run.Task.Needs)) is null);
    }
}
