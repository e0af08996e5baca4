using Kanban.Bus.Board.Fleet;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Board.Tasks;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Kanban.Bus.Board.Admission;

/// <summary>Makes passes for as long as the board runs: at once when a commit woke it, when a task's time comes, and on a slow tick as backstop.</summary>
public sealed partial class AdmissionLoop(
    IServiceScopeFactory scopes, AdmissionSignal signal, OfferPublisher publisher, KnownQueues queues, IOfferBus bus,
    BoardReadiness readiness, IOptions<AdmissionOptions> options, TimeProvider clock, ILogger<AdmissionLoop> log) : BackgroundService
{
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await readiness.WaitAsync(stoppingToken);
        var woken = signal.WaitAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
            try
            {
                var next = await TickAsync(stoppingToken);
                while (await PassAsync(stoppingToken))
                    stoppingToken.ThrowIfCancellationRequested();
                // Between two ticks, every wake is a pass and nothing else. However many wakes come, the tick is not put off.
                var tick = Task.Delay(next, clock, stoppingToken);
                while (!tick.IsCompleted && await Task.WhenAny(woken, tick) == woken)
                {
                    await woken;
                    woken = signal.WaitAsync(stoppingToken);
                    while (await PassAsync(stoppingToken))
                        stoppingToken.ThrowIfCancellationRequested();
                }
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                PassFailed(log, error);
                await Task.Delay(AfterFailure, clock, stoppingToken);
            }
    }

    /// <summary>What no event announces: times that have come, a promotion that a crash cut off, queues that workers should know.</summary>
    /// <returns>The time to the next tick.</returns>
    private async Task<TimeSpan> TickAsync(CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<BoardDbContext>();
        var now = await db.NowAsync(ct);
        await db.ReleaseDueAsync(now, ct);
        await scope.ServiceProvider.GetRequiredService<AdmissionPass>().WithdrawStrandedAsync(ct);
        foreach (var seen in await db.Runs.Where(r => r.Live && r.RequirementSet != "")
                     .Select(r => new { r.Lane, r.RequirementSet, r.Task.Host, r.Task.Needs }).Distinct().ToListAsync(ct))
            queues.Saw(seen.Lane, seen.RequirementSet, seen.Host, seen.Needs);
        queues.Forget();
        var tick = options.Value.Tick;
        return await db.NextDueAsync(ct) is { } due && due - now < tick ? TimeSpan.FromTicks(Math.Max((due - now).Ticks, TimeSpan.TicksPerMillisecond * 10)) : tick;
    }

    /// <returns>Whether there may be more to offer at once.</returns>
    private async Task<bool> PassAsync(CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var result = await scope.ServiceProvider.GetRequiredService<AdmissionPass>().RunAsync(ct);
        if (result.Offers.Count == 0)
            return false;
        publisher.Enqueue(result.Offers);
        await TellOfNewQueuesAsync(scope.ServiceProvider.GetRequiredService<BoardDbContext>(), result.Offers, ct);
        return result.More;
    }

    /// <summary>A queue's first offer: the workers that should consume it learn so now instead of at their next heartbeat.</summary>
    private async Task TellOfNewQueuesAsync(BoardDbContext db, IReadOnlyList<Offer> offers, CancellationToken ct)
    {
        var lanes = offers.Where(o => queues.Saw(o.Lane, o.RequirementSet, o.Host, o.Needs)).Select(o => o.Lane).ToHashSet();
        if (lanes.Count == 0)
            return;
        var workers = await db.WorkerSlots.Where(s => lanes.Contains(s.Lane)).Select(s => s.WorkerId).Distinct().ToListAsync(ct);
        await Task.WhenAll(workers.Select(worker => bus.HintAsync(worker, ct)));
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Admission failed; it tries again in a second")]
    private static partial void PassFailed(ILogger log, Exception error);
}
