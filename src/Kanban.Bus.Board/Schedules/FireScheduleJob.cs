using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Storage;
using Quartz;

namespace Kanban.Bus.Board.Schedules;

/// <summary>What Quartz runs when a schedule's time has come: the schedule is the trigger's name. A failure is left to <see cref="ScheduleClock"/>, which finds what is late.</summary>
public sealed partial class FireScheduleJob(ScheduleFiring firing, IServiceScopeFactory scopes, Outages outages, TimeProvider clock, ILogger<FireScheduleJob> log) : IJob
{
    /// <summary>How far this host's clock may be ahead of the database's.</summary>
    private static readonly TimeSpan Ahead = TimeSpan.FromSeconds(5);

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        var name = context.Trigger.Key.Name;
        try
        {
            // By the database's clock the time may be a moment away yet.
            while (await firing.FireAsync(name, cancellationToken) is { Next: { } next, Now: var now } && next <= context.ScheduledFireTimeUtc && next - now < Ahead)
                await Task.Delay(next - now + TimeSpan.FromMilliseconds(1), clock, cancellationToken);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            if (scopes.IsUnavailable(error))
                outages.Report("database", error);
            else
                Failed(log, error, name);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Schedule {Name} could not make its task; it is tried again within a minute")]
    private static partial void Failed(ILogger log, Exception error, string name);
}
