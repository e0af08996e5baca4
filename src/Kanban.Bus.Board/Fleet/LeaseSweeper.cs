using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Runs;
using Kanban.Bus.Board.Storage;
using Microsoft.Extensions.Options;

namespace Kanban.Bus.Board.Fleet;

/// <summary>Sweeps leases at the moment the first of them ends, for as long as the board runs, with grace after the board or the database was away (<see cref="LeaseGrace"/>).</summary>
public sealed partial class LeaseSweeper(
    IServiceScopeFactory scopes, BoardReadiness readiness, IOptions<LeaseOptions> options, Outages outages, TimeProvider clock, ILogger<LeaseSweeper> log) : BackgroundService
{
    /// <summary>After the end, so that it is past on a clock of whole milliseconds too; and the least between two looks.</summary>
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(20);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await readiness.WaitAsync(stoppingToken);
        var grace = new LeaseGrace(options.Value.Duration, clock);
        while (!stoppingToken.IsCancellationRequested)
        {
            var next = grace.LookEvery;
            try
            {
                next = await SweepAsync(grace, stoppingToken);
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                grace.Failed();
                if (scopes.IsUnavailable(error))
                    outages.Report("database", error);
                else
                    SweepFailed(log, error, options.Value.Duration);
            }
            await Task.Delay(next, clock, stoppingToken);
        }
    }

    /// <returns>The time to the next look.</returns>
    private async Task<TimeSpan> SweepAsync(LeaseGrace grace, CancellationToken ct)
    {
        await using var scope = scopes.CreateLeaseScope();
        var sweep = scope.ServiceProvider.GetRequiredService<LeaseSweep>();
        var look = await sweep.LookAsync(ct);
        grace.Looked(look.Now);
        if (grace.Left > TimeSpan.Zero)
            return Sooner(grace.LookEvery, grace.Left);
        if (await sweep.RunAsync(look, ct) is > 0 and var lost)
        {
            RunsLost(log, lost);
            // There may be more than one sweep takes.
            return Shortest;
        }
        return Sooner(Sooner(grace.LookEvery, look.FirstEnd - look.Now), look.FirstBeat + options.Value.Duration - look.Now);
    }

    private static TimeSpan Sooner(TimeSpan next, TimeSpan? other)
    {
        var due = other + Shortest is { } time && time < next ? time : next;
        return due > Shortest ? due : Shortest;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Lost} runs lost their lease and were reclaimed")]
    private static partial void RunsLost(ILogger log, int lost);

    [LoggerMessage(Level = LogLevel.Error, Message = "The lease sweep failed; leases get {Grace} of grace from now")]
    private static partial void SweepFailed(ILogger log, Exception error, TimeSpan grace);
}
