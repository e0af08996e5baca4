using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Storage;

namespace Kanban.Bus.Board.Artifacts;

/// <summary>Sweeps files of tasks a quarter of an hour after the start and every hour from then on. Of several replicas one does so each hour.</summary>
internal sealed partial class ArtifactSweeper(IServiceScopeFactory scopes, BoardReadiness readiness, Outages outages, TimeProvider clock, ILogger<ArtifactSweeper> log) : BackgroundService
{
    private static readonly TimeSpan First = TimeSpan.FromMinutes(15);
    internal static readonly TimeSpan Every = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await readiness.WaitAsync(stoppingToken);
        await Task.Delay(First, clock, stoppingToken);
        while (true)
        {
            try
            {
                await using var scope = scopes.CreateAsyncScope();
                var (rows, files) = await scope.ServiceProvider.GetRequiredService<ArtifactSweep>().RunInTurnAsync(stoppingToken);
                if (rows + files > 0)
                    Swept(log, rows, files);
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                if (scopes.IsUnavailable(error))
                    outages.Report("database", error);
                else
                    SweepFailed(log, error);
            }
            await Task.Delay(Every, clock, stoppingToken);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Rows} artifacts were dropped and {Files} files removed from the disk")]
    private static partial void Swept(ILogger log, int rows, int files);

    [LoggerMessage(Level = LogLevel.Error, Message = "The sweep of artifacts failed; it is tried again in an hour")]
    private static partial void SweepFailed(ILogger log, Exception error);
}
