using Kanban.Bus.Board.Access;
using Kanban.Bus.Board.Alarms;
using Kanban.Bus.Board.Events;
using Kanban.Bus.Board.Runs;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Lanes;

/// <summary>Opens, tries and closes the breakers of lanes, in the transactions that end and make runs.</summary>
internal static class LaneBreakers
{
    /// <summary>Newest runs among which a success is looked for.</summary>
    private const int Looked = 1_000;

    /// <summary>Opens the breakers of lanes in which these runs ended by an error that many tasks have met, with no success between. Call it after the ends are saved.</summary>
    /// <remarks>Lost runs have no fingerprint: a host that dies is no fault of a lane.</remarks>
    public static async Task OpenAsync(BoardDbContext db, IEnumerable<Run> ended, DateTimeOffset now, CancellationToken ct)
    {
        foreach (var group in ended.Where(r => r.Fingerprint is not null).GroupBy(r => (r.Lane, Fingerprint: r.Fingerprint!)))
        {
            var (name, print) = group.Key;
            var lane = db.Lanes.Local.FindEntry(name)!.Entity;
            if (lane.Breaker is not null || lane.BreakerTasks is 0)
                continue;
            var since = now.AddSeconds(-lane.BreakerSeconds);
            since = lane.BreakerClosedAt > since ? lane.BreakerClosedAt.Value : since;
            var same = db.Runs.Where(r => r.Lane == name && r.Fingerprint == print && r.EndedAt > since);
            var tasks = await same.Select(r => r.TaskId).Distinct().CountAsync(ct);
            if (tasks < lane.BreakerTasks)
                continue;
            var first = await same.MinAsync(r => r.EndedAt, ct);
            if (await db.Runs.OrderByDescending(r => r.CorrelationId).Take(Looked).AnyAsync(r => r.Lane == name && r.State == nameof(RunState.Succeeded) && r.EndedAt >= first, ct))
                continue;
            lane.Breaker = Breaker.Open(print, tasks, lane.BreakerCoolDownSeconds, now);
            Opened(db, lane, now);
            await db.RaiseAlarmAsync(AlarmKind.BreakerOpened, name, $"{tasks} {(tasks == 1 ? "task" : "tasks")} of lane {name} failed with \"{print}\": nothing of it starts but a canary", now, ct);
        }
    }

    /// <summary>The first run of a lane whose breaker is open and has cooled down. Who calls it holds the admission lock.</summary>
    public static async Task TryAsync(BoardDbContext db, Run canary, DateTimeOffset now, CancellationToken ct)
    {
        var lane = await db.Lanes.SingleAsync(l => l.Name == canary.Lane, ct);
        var key = $"{canary.TaskKey}#{canary.Number}";
        lane.Breaker = lane.Breaker?.Try(canary.CorrelationId, key);
        db.Events.Add(BoardEvent.OfLane(EventTypes.LaneBreakerTried, lane.Name, Actors.Board, now, new { canary = key }));
    }

    /// <summary>A run has ended; where it was its lane's canary, it has decided.</summary>
    public static void Ended(BoardDbContext db, Lane lane, Run run, RunState state, DateTimeOffset now)
    {
        if (lane.Breaker is not { } breaker || breaker.Canary != run.CorrelationId)
            return;
        lane.Breaker = breaker.After(state, run.Class, now);
        if (lane.Breaker is null)
            Closed(db, lane, Actors.Board, now, $"canary {breaker.CanaryKey} succeeded");
        else
            Opened(db, lane, now);
    }

    /// <summary>Failures from before count no more.</summary>
    public static void Closed(BoardDbContext db, Lane lane, string actor, DateTimeOffset now, string? reason)
    {
        (lane.Breaker, lane.BreakerClosedAt) = (null, now);
        db.Events.Add(BoardEvent.OfLane(EventTypes.LaneBreakerClosed, lane.Name, actor, now, new { reason }));
    }

    private static void Opened(BoardDbContext db, Lane lane, DateTimeOffset now) => db.Events.Add(BoardEvent.OfLane(EventTypes.LaneBreakerOpened, lane.Name, Actors.Board, now,
        new { error = lane.Breaker!.Error, tasks = lane.Breaker.Tasks, coolDownSeconds = lane.Breaker.CoolDownSeconds, canaryAt = lane.Breaker.CanaryAt }));
}
