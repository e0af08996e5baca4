using System.Threading.Channels;
using Kanban.Bus.Board.Admission;
using Kanban.Bus.Board.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Kanban.Bus.Board.Hosting;

/// <summary>Puts offers on their queues and notes on their runs that the broker has them. What it loses, its own sweep finds again by the rows.</summary>
/// <remarks>Many offers travel at once within a batch, one batch at a time: while a broker is away nothing piles up but rows.</remarks>
public sealed class OfferPublisher(
    IOfferBus bus,
    IServiceScopeFactory scopes,
    BoardReadiness readiness,
    IOptions<AdmissionOptions> admission,
    IOptions<TransportOptions> transport,
    TimeProvider clock,
    ILogger<OfferPublisher> log) : BackgroundService
{
    private const int Batch = 500;
    private static readonly TimeSpan SweepEvery = TimeSpan.FromSeconds(1);

    /// <summary>Between two sweeps where no offer waits for a worker and no other process makes any.</summary>
    private static readonly TimeSpan Seldom = TimeSpan.FromMinutes(1);

    /// <summary>An offer that is not noted as published this long after its row: its first publish failed, or its process died.</summary>
    private static readonly TimeSpan FirstPublish = TimeSpan.FromSeconds(2);

    private readonly Channel<Offer> _waiting = Channel.CreateBounded<Offer>(new BoundedChannelOptions(10_000) { SingleReader = true });

    /// <summary>Takes offers whose rows are committed. Never waits: what finds no room is published by the sweep.</summary>
    public void Enqueue(IReadOnlyList<Offer> offers)
    {
        foreach (var offer in offers)
            if (!_waiting.Writer.TryWrite(offer))
                return;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await readiness.WaitAsync(stoppingToken);
        var alone = transport.Value.Provider is TransportProvider.Memory;
        // A memory transport is empty when its process starts, whatever the rows say.
        var first = alone;
        while (!stoppingToken.IsCancellationRequested)
        {
            var due = clock.GetUtcNow() + SweepEvery;
            try
            {
                await PublishAsync(await OverdueAsync(everything: first, stoppingToken), stoppingToken);
                first = false;
                if (alone && !await AnyOfferedAsync(stoppingToken))
                    due += Seldom;
                while (await NextAsync(due - clock.GetUtcNow(), stoppingToken) is { Count: > 0 } batch)
                {
                    await PublishAsync(batch, stoppingToken);
                    if (due - clock.GetUtcNow() > SweepEvery)
                        due = clock.GetUtcNow() + SweepEvery;
                }
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                log.PublishFailed(error.Message);
                await Task.Delay(SweepEvery, clock, stoppingToken);
            }
        }
    }

    private async Task<bool> AnyOfferedAsync(CancellationToken ct)
    {
        await using var scope = scopes.CreateLeaseScope();
        return await scope.ServiceProvider.GetRequiredService<BoardDbContext>().Runs.AnyAsync(r => r.Live && r.State == nameof(Contracts.RunState.Offered), ct);
    }

    /// <summary>What waits now, or comes before the time is over; empty when it is.</summary>
    private async Task<List<Offer>> NextAsync(TimeSpan atMost, CancellationToken ct)
    {
        var batch = new List<Offer>();
        if (atMost <= TimeSpan.Zero)
            return batch;
        using var timeout = new CancellationTokenSource(atMost, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, ct);
        try
        {
            await _waiting.Reader.WaitToReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            return batch;
        }
        while (batch.Count < Batch && _waiting.Reader.TryRead(out var offer))
            batch.Add(offer);
        return batch;
    }

    /// <summary>Offers that no queue is known to have, and those that nobody claimed for long and that their queue may have lost.</summary>
    /// <remarks>One batch, drawn at random, so that a lane whose queue is broken can't keep the others' offers out.</remarks>
    internal async Task<List<Offer>> OverdueAsync(bool everything, CancellationToken ct)
    {
        await using var scope = scopes.CreateLeaseScope();
        var db = scope.ServiceProvider.GetRequiredService<BoardDbContext>();
        var now = await db.NowAsync(ct);
        var fresh = everything ? now : now - FirstPublish;
        var old = everything ? now : now - admission.Value.RepublishAfter;
        var overdue = db.Runs
            .Where(r => r.Live && r.State == nameof(Contracts.RunState.Offered))
            .Where(r => r.PublishedAt == null ? r.OfferedAt <= fresh : r.PublishedAt <= old);
        if (!await overdue.AnyAsync(ct))
            return [];
        // Noted as published before it is: another replica's sweep passes them by. What fails is unnoted again.
        var taken = await db.InTransactionAsync(async () =>
        {
            await db.LockAsync(BoardLock.Offers, ct);
            var rows = await overdue.OrderBy(r => EF.Functions.Random()).Take(everything ? int.MaxValue : Batch)
                .Select(r => new { Offer = new Offer(r.CorrelationId, r.TaskKey, r.Lane, r.RequirementSet, r.Number), IsNew = r.PublishedAt == null }).ToListAsync(ct);
            await Offered(db, [.. rows.Select(r => r.Offer.RunId)]).ExecuteUpdateAsync(set => set.SetProperty(r => r.PublishedAt, now), ct);
            return rows;
        }, ct);
        var stale = taken.Where(r => !r.IsNew).Select(r => r.Offer).ToList();
        return [.. taken.Where(r => r.IsNew).Select(r => r.Offer), .. await MaybeLostAsync(db, stale, ct)];
    }

    /// <summary>Without those whose queue holds as many messages as it has open offers: publishing them again would only pile up copies, as for a worker that beats and has lost the broker.</summary>
    private async Task<IEnumerable<Offer>> MaybeLostAsync(BoardDbContext db, List<Offer> stale, CancellationToken ct)
    {
        var lost = new List<Offer>();
        foreach (var queue in stale.GroupBy(o => (o.Lane, o.RequirementSet)))
        {
            var (lane, set) = queue.Key;
            var open = await db.Runs.CountAsync(r => r.Live && r.State == nameof(Contracts.RunState.Offered) && r.Lane == lane && r.RequirementSet == set, ct);
            if (!await bus.HoldsAsync(lane, set, open, ct))
                lost.AddRange(queue);
        }
        return lost;
    }

    internal async Task PublishAsync(List<Offer> offers, CancellationToken ct)
    {
        if (offers.Count == 0)
            return;
        var published = await bus.PublishAsync(offers, ct);
        await using var scope = scopes.CreateLeaseScope();
        var db = scope.ServiceProvider.GetRequiredService<BoardDbContext>();
        if (published.Count > 0)
            await Offered(db, published).ExecuteUpdateAsync(set => set.SetProperty(r => r.PublishedAt, r => BoardDbContext.Now()), ct);
        if (published.Count < offers.Count)
            await Offered(db, [.. offers.Select(o => o.RunId).Except(published)]).ExecuteUpdateAsync(set => set.SetProperty(r => r.PublishedAt, (DateTimeOffset?)null), ct);
    }

    private static IQueryable<Runs.Run> Offered(BoardDbContext db, IReadOnlyList<Guid> runIds) =>
        db.Runs.Where(r => runIds.Contains(r.CorrelationId) && r.State == nameof(Contracts.RunState.Offered));
}

internal static partial class OfferPublisherLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Offers could not be published or noted as published; they are tried again: {Reason}")]
    public static partial void PublishFailed(this ILogger log, string reason);
}
