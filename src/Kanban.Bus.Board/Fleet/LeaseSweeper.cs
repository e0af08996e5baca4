using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Runs;
using Kanban.Bus.Board.Storage;
using Microsoft.Extensions.Options;

namespace Kanban.Bus.Board.Fleet;

/// <summary>Sweeps leases for as long as the board runs, and gives them one full term of grace after the board or the database was away.</summary>
/// <remarks>While either was away no heartbeat could be written, so silence says nothing about a worker.</remarks>
public sealed partial class LeaseSweeper(
    IServiceScopeFactory scopes, BoardReadiness readiness, IOptions<LeaseOptions> options, TimeProvider clock, ILogger<LeaseSweeper> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await readiness.WaitAsync(stoppingToken);
        var lease = options.Value;
        var graceFrom = clock.GetTimestamp();
        var last = graceFrom;
        var standstill = lease.Duration / 2 > 3 * lease.SweepEvery ? lease.Duration / 2 : 3 * lease.SweepEvery;
        using var timer = new PeriodicTimer(lease.SweepEvery, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            // A gap says that this process stood still, and may be the only one that writes heartbeats.
            if (clock.GetElapsedTime(last) > standstill)
                graceFrom = clock.GetTimestamp();
            last = clock.GetTimestamp();
            try
            {
                await using var scope = scopes.CreateAsyncScope();
                if (clock.GetElapsedTime(graceFrom) < lease.Duration)
                    await scope.ServiceProvider.GetRequiredService<BoardDbContext>().NowAsync(stoppingToken);
                else if (await scope.ServiceProvider.GetRequiredService<LeaseSweep>().RunAsync(stoppingToken) is > 0 and var lost)
                    RunsLost(log, lost);
            }
            catch (Exception error) when (error is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                graceFrom = clock.GetTimestamp();
                SweepFailed(log, error, lease.Duration);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Lost} runs lost their lease and were reclaimed")]
    private static partial void RunsLost(ILogger log, int lost);

    [LoggerMessage(Level = LogLevel.Error, Message = "The lease sweep failed; leases get {Grace} of grace from now")]
    private static partial void SweepFailed(ILogger log, Exception error, TimeSpan grace);
}
