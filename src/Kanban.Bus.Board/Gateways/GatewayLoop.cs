using System.Collections.Concurrent;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Storage;
using Microsoft.Extensions.Options;

namespace Kanban.Bus.Board.Gateways;

/// <summary>Probes gateways when they are due, for as long as the board runs. Each is probed by itself: one that hangs holds up no other.</summary>
public sealed partial class GatewayLoop(
    IServiceScopeFactory scopes, GatewaySignal signal, BoardReadiness readiness, IOptions<StorageOptions> storage, Outages outages, TimeProvider clock, ILogger<GatewayLoop> log) : BackgroundService
{
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(10);

    /// <summary>Between two looks while this process knows of no gateway: another replica may have made one.</summary>
    private static readonly TimeSpan Seldom = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, Task> _probing = new();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await readiness.WaitAsync(stoppingToken);
        var woken = signal.WaitAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            var next = AfterFailure;
            await TryAsync(async services =>
            {
                var (turns, until) = await services.GetRequiredService<GatewayTurn>().TakeAsync(stoppingToken);
                foreach (var turn in turns)
                    Start(turn, stoppingToken);
                next = until ?? (storage.Value.IsShared ? Seldom : Timeout.InfiniteTimeSpan);
            }, stoppingToken);
            await Task.WhenAny(woken, Task.Delay(next == Timeout.InfiniteTimeSpan || next > Shortest ? next : Shortest, clock, stoppingToken));
            if (woken.IsCompleted)
                woken = signal.WaitAsync(stoppingToken);
        }

        await Task.WhenAll(_probing.Values);
    }

    private void Start(GatewayTurn.Taken turn, CancellationToken ct) =>
        _probing[turn.Pool] = TryAsync(async services =>
        {
            await services.GetRequiredService<GatewayTurn>().RunAsync(turn, ct);
            // The time of the next turn is known only now.
            signal.Wake();
        }, ct);

    private async Task TryAsync(Func<IServiceProvider, Task> work, CancellationToken ct)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            await work(scope.ServiceProvider);
        }
        catch (Exception) when (ct.IsCancellationRequested)
        {
            // The board stops; the turn is due again when its lease is over.
        }
        catch (Exception error)
        {
            if (scopes.IsUnavailable(error))
                outages.Report("database", error);
            else
                ProbingFailed(log, error);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Probing a gateway failed; it is tried again")]
    private static partial void ProbingFailed(ILogger log, Exception error);
}
