using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Runs;
using Kanban.Bus.Board.Storage;
using Microsoft.Extensions.Options;

namespace Kanban.Bus.Board.Admission;

/// <summary>Makes passes for as long as the board runs: at once when a commit woke it, when a task's time comes, and on a slow tick as backstop.</summary>
public sealed partial class AdmissionLoop(
    IServiceScopeFactory scopes, AdmissionSignal signal, BoardReadiness readiness, PassTimes times,
    IOptions<AdmissionOptions> options, IOptions<StorageOptions> storage, Outages outages, TimeProvider clock, ILogger<AdmissionLoop> log) : BackgroundService
{
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    /// <summary>From a wake to the next tick: what was committed may have set an earlier time. Under load it is the time between two ticks.</summary>
    private static readonly TimeSpan AfterWake = TimeSpan.FromSeconds(0.5);

    /// <summary>Between two ticks where nothing waits; and between two looks for what a crash may have left behind.</summary>
    private static readonly TimeSpan Seldom = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(10);

    // A pass costs the same for one offer and for many: under load it lets more runs end first.
    private readonly BatchPace _pace = new(clock, TimeSpan.FromMilliseconds(25));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await readiness.WaitAsync(stoppingToken);
        var woken = signal.WaitAsync(stoppingToken);
        long? lookedAt = null;
        var settled = false;
        while (!stoppingToken.IsCancellationRequested)
            try
            {
                if (!settled)
                    await SettleAsync(stoppingToken);
                settled = true;
                var everything = signal.TakeReleaseMore() || lookedAt is not { } last || clock.GetElapsedTime(last) >= Seldom;
                var next = await TickAsync(everything, stoppingToken);
                if (everything)
                    lookedAt = clock.GetTimestamp();
                // Until the next tick, every wake is a pass and nothing else. The first wake brings the tick near; no wake puts it off.
                var (from, near) = (clock.GetTimestamp(), false);
                while (await ComesAsync(woken, next - clock.GetElapsedTime(from), stoppingToken))
                {
                    await woken;
                    woken = signal.WaitAsync(stoppingToken);
                    await PassAsync(stoppingToken);
                    if (!near && next - clock.GetElapsedTime(from) > AfterWake)
                        (from, next) = (clock.GetTimestamp(), AfterWake);
                    near = true;
                }
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                if (scopes.IsUnavailable(error))
                    outages.Report("database", error);
                else
                    PassFailed(log, error);
                await Task.Delay(AfterFailure, clock, stoppingToken);
            }
    }

    private async Task SettleAsync(CancellationToken ct)
    {
        await using var scope = scopes.CreateLeaseScope();
        var moved = await scope.ServiceProvider.GetRequiredService<Turns>().SettleAsync(scope.ServiceProvider.GetRequiredService<BoardDbContext>(), ct);
        if (moved > 0)
            Settled(log, moved);
    }

    /// <returns>The time to the next tick.</returns>
    private async Task<TimeSpan> TickAsync(bool everything, CancellationToken ct)
    {
        await using var scope = scopes.CreateLeaseScope();
        var look = await scope.ServiceProvider.GetRequiredService<AdmissionTick>().RunAsync(everything, ct);
        if (look.Ready)
            await PassAsync(ct);
        // Where others commit to the same rows, a hint of theirs may be lost.
        var next = look.Ready || look.Offered || look.Alarms || storage.Value.IsShared ? options.Value.Tick : Seldom;
        if (look.NextDue is { } due && due - look.Now < next)
            next = due - look.Now;
        return next > Shortest ? next : Shortest;
    }

    /// <summary>Whether the wake comes within this time.</summary>
    private async Task<bool> ComesAsync(Task woken, TimeSpan within, CancellationToken ct)
    {
        if (within <= TimeSpan.Zero)
            return false;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var first = await Task.WhenAny(woken, Task.Delay(within, clock, over.Token));
        await over.CancelAsync();
        ct.ThrowIfCancellationRequested();
        return first == woken;
    }

    /// <summary>Passes until there is nothing more to offer at once.</summary>
    private async Task PassAsync(CancellationToken ct)
    {
        while (!options.Value.ByHand)
        {
            await _pace.WaitAsync(ct);
            await using var scope = scopes.CreateLeaseScope();
            var from = clock.GetTimestamp();
            var result = await scope.ServiceProvider.GetRequiredService<AdmissionPass>().RunAsync(ct);
            times.Add(clock.GetElapsedTime(from));
            if (result.Offers.Count == 0)
                return;
            _pace.Begin(result.Offers.Count);
            await scope.ServiceProvider.GetRequiredService<Announcer>().AnnounceAsync(result.Offers, ct);
            if (!result.More)
                return;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Count} ready tasks have another place in line by this board's settings (Admission:AgeingStep, Admission:FairBetween) than they were saved with, and now stand there")]
    private static partial void Settled(ILogger log, int count);

    [LoggerMessage(Level = LogLevel.Error, Message = "Admission failed; it tries again in a second")]
    private static partial void PassFailed(ILogger log, Exception error);
}
