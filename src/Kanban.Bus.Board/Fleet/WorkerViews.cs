using System.Linq.Expressions;
using Kanban.Bus.Board.Runs;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Fleet;

/// <summary>Workers as people see them, any number with a fixed number of reads.</summary>
internal static class WorkerViews
{
    private const int Most = 1_000;

    public static async Task<IReadOnlyList<WorkerView>> ForAsync(BoardDbContext db, Expression<Func<Worker, bool>> which, CancellationToken ct)
    {
        var workers = await db.Workers.AsNoTracking().Include(w => w.Lanes).Where(which).OrderBy(w => w.Host).ThenBy(w => w.Id).Take(Most).ToListAsync(ct);
        var ids = workers.ConvertAll(w => w.Id);
        var runs = await db.Runs.AsNoTracking().Where(r => r.Live && r.WorkerId != null && ids.Contains(r.WorkerId)).OrderBy(r => r.StartedAt).ToListAsync(ct);
        var views = (await RunViews.ForAsync(db, runs, ct)).ToLookup(r => r.WorkerId);
        return workers.ConvertAll(worker => new WorkerView(
            worker.Id,
            worker.Host,
            StateOf(worker),
            [.. worker.Lanes.OrderBy(s => s.Lane, StringComparer.Ordinal).Select(s => new WorkerLane(s.Lane, s.Slots, views[worker.Id].Count(r => r.Lane == s.Lane)))],
            RequirementSet.Split(worker.Capabilities),
            RequirementSet.Split(worker.Profiles),
            worker.Version,
            worker.RegisteredAt,
            worker.HeartbeatAt,
            worker.Load,
            worker.ProcessId,
            [.. views[worker.Id]],
            worker.State is WorkerState.Live ? worker.Quiet : null));
    }

    private static WorkerState StateOf(Worker worker) => worker switch
    {
        { State: not WorkerState.Live } => worker.State,
        { DrainAsked: true } or { Draining: true } => WorkerState.Draining,
        { Quiet: not null } => WorkerState.Quiet,
        _ => WorkerState.Live,
    };
}
