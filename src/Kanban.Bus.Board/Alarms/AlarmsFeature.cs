using Kanban.Bus.Board.Artifacts;
using Kanban.Bus.Contracts;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Kanban.Bus.Board.Alarms;

public static class AlarmsFeature
{
    public static IServiceCollection AddAlarms(this IServiceCollection services) => services
        .AddScoped<AlarmCauses>()
        .AddSingleton(new AlarmCause(AlarmKind.TooManyRuns, async (_, db, open, ct) =>
        {
            var ids = open.Select(a => a.TaskId!.Value).ToList();
            var blocked = await db.Tasks.Where(t => ids.Contains(t.Id) && t.Status == Status.Blocked && !t.Archived).Select(t => t.Id).ToListAsync(ct);
            return [.. open.Where(a => blocked.Contains(a.TaskId!.Value)).Select(a => a.Subject)];
        }))
        .AddSingleton(AlarmCause.InRows(AlarmKind.BreakerOpened, (db, lanes) => db.Lanes.Where(l => lanes.Contains(l.Name) && l.Breaker != null).Select(l => l.Name)))
        .AddSingleton(AlarmCause.InRows(AlarmKind.ProbeDead, (db, pools) => db.Gateways.Where(g => pools.Contains(g.Pool) && g.Frozen != null && !g.Held).Select(g => g.Pool)))
        .AddSingleton(AlarmCause.InRows(AlarmKind.ScheduleFailed, (db, names) => db.Schedules.Where(s => names.Contains(s.Name) && s.Problem != null).Select(s => s.Name)))
        .AddSingleton(AlarmCause.InRows(AlarmKind.DeadLetters, (db, _) => db.DeadLetters.Select(_ => BusNames.DeadLetters).Take(1)))
        .AddSingleton(AlarmCause.InRows(AlarmKind.WorkerQuiet, (db, ids) => db.Workers.Where(w => ids.Contains(w.Id) && w.Quiet != null && w.State == WorkerState.Live).Select(w => w.Id)))
        .AddSingleton(new AlarmCause(AlarmKind.BrokerAway, BrokerAlarm.StillAsync))
        .AddSingleton(new AlarmCause(AlarmKind.NoRoom, (scope, _, open, _) => Task.FromResult<List<string>>(
            scope.GetRequiredService<ArtifactStore>().HasRoomFor(scope.GetRequiredService<IOptions<ArtifactOptions>>().Value.MaxFileBytes) ? [] : [.. open.Select(a => a.Subject)])));

    public static void MapAlarms(this RouteGroupBuilder api)
    {
        ListAlarms.Map(api);
        AcknowledgeAlarm.Map(api);
    }
}
