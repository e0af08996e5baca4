using Kanban.Bus.Board.Alarms;
using Kanban.Bus.Board.Fleet;
using Kanban.Bus.Board.Pools;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Board.Tasks;
using Kanban.Bus.Board.Windows;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Admission;

/// <summary>What no commit announces to admission: times that have come, offers that nobody can claim any more, promotions that a crash cut off, queues that workers should know, alarms whose cause is gone.</summary>
/// <remarks>One cheap read says what there is to do. Mostly there is nothing.</remarks>
public sealed class AdmissionTick(BoardDbContext db, AdmissionPass pass, AdmissionSignal signal, KnownQueues queues, AlarmCauses alarms)
{
    /// <param name="Now">The database's clock.</param>
    /// <param name="NextDue">When the next scheduled task's time comes, an account opens further or, where anything waits, a window opens or closes; null when none will.</param>
    /// <param name="Ready">Some task is ready and has no offer yet.</param>
    /// <param name="Offered">Some offer is unclaimed.</param>
    /// <param name="Pinned">Some live run asks for a host or capabilities.</param>
    /// <param name="Parked">Some account is not wholly open.</param>
    /// <param name="Alarms">Some alarm is open.</param>
    public sealed record Look(DateTimeOffset Now, DateTimeOffset? NextDue, bool Ready, bool Offered, bool Pinned, bool Parked, bool Alarms);

    /// <param name="everything">Also looks for tasks that no parent holds and that were left behind, which costs more.</param>
    /// <returns>What there was before; what it released has woken admission.</returns>
    public async Task<Look> RunAsync(bool everything, CancellationToken ct)
    {
        var look = await LookAsync(ct);
        if (look.NextDue <= look.Now)
            await db.ReleaseDueAsync(look.Now, ct);
        // What is left is for the next tick, with a pass between them: a hundred thousand may be free at once.
        if (everything && await db.ReleaseFreeAsync(look.Now, ct))
            signal.ReleaseMore();
        if (look.Offered)
            await pass.WithdrawStrandedAsync(ct);
        if (look.Pinned)
            foreach (var seen in await db.Runs.Where(r => r.Live && r.RequirementSet != "")
                         .Select(r => new { r.Lane, r.RequirementSet, r.Task.Host, r.Task.Needs }).Distinct().ToListAsync(ct))
                queues.Saw(seen.Lane, seen.RequirementSet, seen.Host, seen.Needs);
        queues.Forget();
        if (look.Alarms)
            await alarms.ClearAsync(ct);
        var next = look.NextDue;
        if (look.Parked)
            next = Earlier(next, await NextOpeningAsync(look.Now, ct));
        if (look.Ready || look.Offered)
            next = Earlier(next, await NextEdgeAsync(look.Now, ct));
        return look with { NextDue = next };
    }

    private async Task<DateTimeOffset?> NextOpeningAsync(DateTimeOffset now, CancellationToken ct) =>
        (await db.Pools.AsNoTracking().Where(p => p.OpenAt != null).ToListAsync(ct)).Where(p => p.IsParked(now)).Min(p => Parking.Next(p.ParkedUntil!.Value, p.OpenAt!.Value, now));

    /// <summary>When the next window opens or closes.</summary>
    private async Task<DateTimeOffset?> NextEdgeAsync(DateTimeOffset now, CancellationToken ct)
    {
        var columns = await db.Lanes.Select(l => l.Windows).Concat(db.Boards.Select(b => b.Windows)).Concat(db.Pools.Select(p => p.Windows)).Where(w => w != "").ToListAsync(ct);
        return columns.SelectMany(WindowRules.Of).Min(w => (DateTimeOffset?)w.At(now).Until);
    }

    private static DateTimeOffset? Earlier(DateTimeOffset? one, DateTimeOffset? other) => one is null || other < one ? other : one;

    internal Task<Look> LookAsync(CancellationToken ct) => db.Set<Look>().FromSql(
        $"""
        SELECT kanban_now() AS now,
            (SELECT min(not_before) FROM tasks WHERE status = 'scheduled') AS next_due,
            EXISTS (SELECT 1 FROM tasks WHERE status = 'ready' AND live_run_id IS NULL AND NOT archived AND lane IS NOT NULL) AS ready,
            EXISTS (SELECT 1 FROM runs WHERE live AND state = 'Offered') AS offered,
            EXISTS (SELECT 1 FROM runs WHERE live AND requirement_set <> '') AS pinned,
            EXISTS (SELECT 1 FROM pools WHERE open_at > kanban_now()) AS parked,
            EXISTS (SELECT 1 FROM alarms WHERE cleared_at IS NULL) AS alarms
        """).SingleAsync(ct);
}
