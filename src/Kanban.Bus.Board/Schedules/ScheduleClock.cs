using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Storage;
using Microsoft.EntityFrameworkCore;
using Quartz;

namespace Kanban.Bus.Board.Schedules;

/// <summary>Has Quartz fire every schedule at its times, on one replica of those that share a database. Rows decide: what Quartz missed is found here within a minute.</summary>
/// <remarks>Quartz starts with the first schedule: an installation without any has neither its threads nor its connections.</remarks>
public sealed partial class ScheduleClock(
    IServiceScopeFactory scopes, ISchedulerFactory quartz, ScheduleSignal signal, BoardReadiness readiness, Outages outages, TimeProvider clock, ILogger<ScheduleClock> log) : BackgroundService
{
    private const string Group = "schedules";

    private static readonly TimeSpan Seldom = TimeSpan.FromMinutes(1);

    /// <summary>While a task waits for the last one of its schedule to end.</summary>
    private static readonly TimeSpan WhileQueued = TimeSpan.FromSeconds(1);

    /// <summary>A time that nobody has seen to for this long was missed.</summary>
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(5);

    private static readonly JobKey Job = new("fire", Group);

    /// <summary>Versions of schedules whose trigger is known to be in step.</summary>
    private readonly Dictionary<string, long> _inStep = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await readiness.WaitAsync(stoppingToken);
        IScheduler? scheduler = null;
        var changed = signal.WaitAsync(stoppingToken);
        try
        {
            while (true)
            {
                var next = Seldom;
                try
                {
                    var rows = await ReadAsync(stoppingToken);
                    if (rows.Count > 0)
                        scheduler ??= await StartQuartzAsync(stoppingToken);
                    if (scheduler is not null)
                        await KeepInStepAsync(scheduler, rows, stoppingToken);
                    foreach (var row in rows.Where(r => r.IsQueued || r.IsLate))
                        await FireAsync(row.Name, stoppingToken);
                    if (rows.Exists(r => r.IsQueued))
                        next = WhileQueued;
                }
                catch (Exception error) when (!stoppingToken.IsCancellationRequested)
                {
                    if (scopes.IsUnavailable(error.GetBaseException()))
                        outages.Report("database", error);
                    else
                        Failed(log, error);
                }

                if (await Task.WhenAny(changed, Task.Delay(next, clock, stoppingToken)) == changed)
                {
                    await changed;
                    changed = signal.WaitAsync(stoppingToken);
                }

                stoppingToken.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            if (scheduler is not null)
                await scheduler.Shutdown(waitForJobsToComplete: true, CancellationToken.None);
        }
    }

    private async Task<List<Row>> ReadAsync(CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<BoardDbContext>();
        var rows = await db.Schedules.AsNoTracking().Select(s => new { Schedule = s, Now = BoardDbContext.Now() }).ToListAsync(ct);
        return rows.ConvertAll(r => new Row(r.Schedule, r.Schedule.Name, r.Schedule.Version, r.Schedule.QueuedAt is not null, r.Schedule.NextAt < r.Now - Late));
    }

    private async Task<IScheduler> StartQuartzAsync(CancellationToken ct)
    {
        var scheduler = await quartz.GetScheduler(ct);
        await scheduler.AddJob(JobBuilder.Create<FireScheduleJob>().WithIdentity(Job).StoreDurably().Build(), AddJobOptions.Replacing, ct);
        await scheduler.Start(ct);
        return scheduler;
    }

    /// <summary>A trigger for each schedule that has a time to come, and none for any other. Replicas may do it at once.</summary>
    private async Task KeepInStepAsync(IScheduler scheduler, List<Row> rows, CancellationToken ct)
    {
        var there = (await scheduler.GetTriggerKeys(GroupMatcher<TriggerKey>.GroupEquals(Group), ct)).Select(k => k.Name).ToHashSet();
        var wanted = rows.Where(r => r.Schedule.NextAt is not null).ToList();
        foreach (var name in there.Except(wanted.Select(r => r.Name)))
            await scheduler.UnscheduleJob(new TriggerKey(name, Group), ct);
        foreach (var row in wanted.Where(r => !there.Contains(r.Name) || _inStep.GetValueOrDefault(r.Name) != r.Version))
        {
            var key = new TriggerKey(row.Name, Group);
            var version = row.Version.ToString(System.Globalization.CultureInfo.InvariantCulture);
            if ((await scheduler.GetTrigger(key, ct))?.Description != version)
                await scheduler.ScheduleJob(TriggerBuilder.Create(clock).WithIdentity(key).ForJob(Job).WithDescription(version).WithCronSchedule(row.Schedule.Times.Trigger).Build(), ScheduleJobOptions.Replacing, ct);
            _inStep[row.Name] = row.Version;
        }
    }

    private async Task FireAsync(string name, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<ScheduleFiring>().FireAsync(name, ct);
    }

    private sealed record Row(Schedule Schedule, string Name, long Version, bool IsQueued, bool IsLate);

    [LoggerMessage(Level = LogLevel.Error, Message = "Schedules could not be looked after; it is tried again within a minute")]
    private static partial void Failed(ILogger log, Exception error);
}
