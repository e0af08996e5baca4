using System.Linq.Expressions;
using Kanban.Bus.Board.Admission;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Board.Tasks;
using Kanban.Bus.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Lanes;

/// <summary>How many retries a lane may start now: a share of what it started lately, so that a broken lane does not spend all on trying again while fresh tasks wait.</summary>
/// <param name="Starts">Runs it offered or started within <see cref="Stretch"/>.</param>
/// <param name="Retries">Those of them that were, see <see cref="Lanes.Retries"/>.</param>
/// <param name="Percent">The share that may be retries.</param>
/// <param name="Least">Retries that may start within the stretch whatever the share.</param>
public sealed record RetryBudget(int Starts, int Retries, int Percent, int Least)
{
    public static readonly RetryBudget Unlimited = new(0, 0, 100, int.MaxValue);

    /// <summary>Sliding, on the database's clock.</summary>
    public static readonly TimeSpan Stretch = TimeSpan.FromMinutes(1);

    /// <summary>Retries that may start before others have to wait for the stretch to slide on.</summary>
    public int Room => Math.Max(0, Math.Max(Least, (int)((long)Starts * Percent / 100)) - Retries);

    public Wait Spent(string lane) => new(WaitCode.RetryBudget,
        $"lane {lane} has spent its retry budget: of its runs of a minute {Least} may try again what has failed, or {Percent} % where that is more; fresh tasks go on");
}

/// <summary>Which tasks' next runs are retries: those that have failed before, since a person last gave them all their attempts.</summary>
/// <remarks>One loss is no failure of the task's: all that its worker held comes back at the same moment and runs again at once elsewhere.</remarks>
internal static class Retries
{
    private const string OneByTheHost = "host=1";

    /// <summary>The tasks whose next run is none, for the database.</summary>
    public static readonly Expression<Func<KanbanTask, bool>> Fresh = t => t.FailedBy == "" || t.FailedBy == OneByTheHost && t.LostOn != "";

    /// <param name="failedBy">The task's <see cref="KanbanTask.FailedBy"/>.</param>
    /// <param name="lostOn">Its <see cref="KanbanTask.LostOn"/>.</param>
    public static bool Are(string failedBy, string lostOn) => failedBy.Length > 0 && !(failedBy == OneByTheHost && lostOn.Length > 0);
}

/// <summary>Reads what a lane has spent of its budget.</summary>
internal static class RetryBudgets
{
    /// <param name="lane">With its settings. One that has spent little costs one step into a small index.</param>
    public static async Task<RetryBudget> OfAsync(BoardDbContext db, LaneRow lane, DateTimeOffset now, CancellationToken ct)
    {
        var (since, budget) = (now - RetryBudget.Stretch, lane.Budget);
        var retries = await db.Runs.CountAsync(r => r.Retry && r.Lane == lane.Name && r.OfferedAt > since, ct);
        if (retries < budget.Least || budget.Percent is 0)
            return budget with { Starts = retries, Retries = retries };
        // How many were started in all matters no further than it would take for all of these, and a pass full of others.
        var enough = (int)Math.Min(100_000, (retries + 1_000L) * 100 / budget.Percent);
        // Ids rise with time, so the newest are found by their key.
        var from = Guid.CreateVersion7(since);
        var starts = await db.Runs.Where(r => r.CorrelationId.CompareTo(from) > 0 && r.Lane == lane.Name).Take(enough).CountAsync(ct);
        return budget with { Starts = starts, Retries = retries };
    }
}
