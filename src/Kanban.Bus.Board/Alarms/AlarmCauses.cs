using Kanban.Bus.Board.Access;
using Kanban.Bus.Board.Events;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Alarms;

/// <summary>Which of these alarms, all of one kind and open, still have their cause: their subjects.</summary>
public delegate Task<List<string>> StillCaused(IServiceProvider scope, BoardDbContext db, IReadOnlyList<Alarm> open, CancellationToken ct);

/// <summary>When an alarm of a kind is over.</summary>
public sealed record AlarmCause(AlarmKind Kind, StillCaused Still)
{
    /// <summary>A cause that is seen in rows.</summary>
    public static AlarmCause InRows(AlarmKind kind, Func<BoardDbContext, List<string>, IQueryable<string>> still) =>
        new(kind, (_, db, open, ct) => still(db, [.. open.Select(a => a.Subject)]).ToListAsync(ct));
}

/// <summary>Clears alarms whose cause is gone. Causes are looked at rather than told: so no path by which one may go is forgotten.</summary>
public sealed class AlarmCauses(BoardDbContext db, IEnumerable<AlarmCause> causes, IServiceProvider scope)
{
    /// <summary>Looked at together.</summary>
    private const int AtATime = 500;

    public async Task ClearAsync(CancellationToken ct)
    {
        var rules = causes.ToDictionary(c => c.Kind, c => c.Still);
        var open = await db.Alarms.AsNoTracking().Where(a => a.ClearedAt == null).OrderBy(a => a.Id).ToListAsync(ct);
        var gone = new List<Alarm>();
        foreach (var batch in open.GroupBy(a => a.Kind).SelectMany(kind => kind.Chunk(AtATime)))
        {
            var still = await rules[batch[0].Kind](scope, db, batch, ct);
            gone.AddRange(batch.ExceptBy(still, a => a.Subject));
        }

        if (gone.Count > 0)
            await db.InTransactionAsync(() => ClearAsync(gone, ct), ct);
    }

    private async Task ClearAsync(List<Alarm> gone, CancellationToken ct)
    {
        var now = await db.NowAsync(ct);
        foreach (var alarm in gone)
            // Met again meanwhile, or cleared by another replica: it is not ours to clear.
            if (await db.Alarms.Where(a => a.Id == alarm.Id && a.ClearedAt == null && a.Count == alarm.Count && a.LastSeenAt == alarm.LastSeenAt)
                    .ExecuteUpdateAsync(set => set.SetProperty(a => a.ClearedAt, now), ct) == 1)
                db.Events.Add(BoardEvent.OfAlarm(EventTypes.AlarmCleared, alarm, Actors.Board, now, new { alarm = alarm.Kind, alarm.Id, alarm.Count }));
    }
}
