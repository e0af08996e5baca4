using Kanban.Bus.Board.Events;
using Kanban.Bus.Board.Runs;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Pools;

/// <summary>Parks the accounts of a run that met a limit, in the transaction that ends the run.</summary>
public static class AccountParking
{
    /// <summary>Whether this end says when a provider's limit resets.</summary>
    public static bool IsAsked(FinishItem finish) =>
        finish is { Class: ErrorClass.Provider, Outcome: Outcome.Failed or Outcome.TimedOut } && (finish.RetryAt is not null || finish.RetryAfterSeconds is not null);

    /// <summary>Loads the accounts that these runs draw from, for <see cref="Park"/>. Who calls it holds the admission lock, as whoever changes a cap.</summary>
    public static async Task LoadAsync(BoardDbContext db, IEnumerable<Run> runs, CancellationToken ct)
    {
        var names = runs.SelectMany(r => Draws.Read(r.Draws).Keys).Distinct().ToList();
        if (names.Count > 0)
            await db.Pools.Where(p => p.Kind == PoolKind.Account && names.Contains(p.Name)).LoadAsync(ct);
    }

    /// <summary>Closes the accounts that the run draws from until the limit resets; one that is closed for longer stays so.</summary>
    /// <returns>Whether it draws from any.</returns>
    public static bool Park(BoardDbContext db, Run run, FinishRun finish, double jitter)
    {
        if (run.Class is not ErrorClass.Provider || finish.RetryAt is not { } resetsAt)
            return false;
        var drawn = Draws.Read(run.Draws);
        var accounts = db.Pools.Local.Where(p => p.Kind is PoolKind.Account && drawn.ContainsKey(p.Name)).ToList();
        foreach (var account in accounts)
        {
            var until = Parking.Until(resetsAt, finish.Now, jitter);
            if (account.ParkedUntil >= until)
                continue;
            var by = $"{run.TaskKey}#{run.Number}";
            account.Park(until, $"limit of run {by}");
            db.Events.Add(BoardEvent.OfPool(EventTypes.PoolParked, account.Name, finish.Actor, finish.Now, new { until, openAt = account.OpenAt, run = by, reason = finish.Reason }));
        }

        return accounts.Count > 0;
    }
}
