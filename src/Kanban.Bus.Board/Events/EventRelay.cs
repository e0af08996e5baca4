using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Events;

/// <summary>Publishes every committed event on the topic exchange <c>kanban.events</c>, in order and at least once. One replica does it at a time.</summary>
/// <remarks>
/// The cursor's row says who: a replica holds it for some seconds and renews in time. A holder that slept past its time
/// may send a batch that its successor sends too; a reader drops what it has seen by the event's id.
/// </remarks>
public sealed class EventRelay(
    IServiceScopeFactory scopes, BrokerPublisher broker, BrokerConnection connection, BoardReadiness readiness, EventSignal signal, TimeProvider clock, ILogger<EventRelay> log)
    : BackgroundService
{
    private const int Batch = 500;

    /// <summary>Events of one burst go together.</summary>
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(50);

    /// <summary>Longer than a batch may take, so that a holder that works keeps it.</summary>
    private static readonly TimeSpan Term = BrokerConnection.Deadline + TimeSpan.FromSeconds(5);

    /// <summary>So that a whole batch fits into what is left of the term.</summary>
    private static readonly TimeSpan Renew = TimeSpan.FromSeconds(4);

    private readonly Guid _id = Guid.CreateVersion7();

    // Where this replica is while it holds the cursor; null when it must take it first.
    private EventPosition? _position;
    private long _renewedAt;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await readiness.WaitAsync(stoppingToken);
        var pace = new TailPace(signal, clock);
        while (!stoppingToken.IsCancellationRequested)
        {
            var relayed = 0;
            try
            {
                if (connection.Current is not null)
                    relayed = await RelayAsync(stoppingToken);
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                _position = null;
                log.RelayFailed(error.Message);
            }
            if (relayed is > 0 and < Batch)
                await Task.Delay(Gather, clock, stoppingToken);
            await pace.NextAsync(relayed, stoppingToken);
        }
    }

    /// <summary>Leaves the cursor to another replica at once, instead of at the term's end.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<BoardDbContext>().Relays.Where(r => r.Holder == _id)
                .ExecuteUpdateAsync(set => set.SetProperty(r => r.HeldUntil, (DateTimeOffset?)null), cancellationToken);
        }
        catch (Exception error)
        {
            log.CursorNotLeft(error.Message);
        }
    }

    /// <summary>Relays one batch, when it is this replica's turn.</summary>
    /// <returns>How many events went.</returns>
    internal async Task<int> RelayAsync(CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<BoardDbContext>();
        if (_position is null || clock.GetElapsedTime(_renewedAt) >= Renew)
            _position = await TakeAsync(db, ct);
        if (_position is not { } position)
            return 0;
        var rows = await db.SettledEvents(position).AsNoTracking().OrderBy(e => e.Tx).ThenBy(e => e.Seq).Take(Batch).ToListAsync(ct);
        if (rows.Count == 0)
            return 0;
        await broker.EventsAsync([.. rows.Select(EventView.Of)], ct);
        var last = rows[^1];
        var kept = await db.Relays
            .Where(r => r.Name == RelayCursor.OfEvents && r.Holder == _id)
            .ExecuteUpdateAsync(set => set.SetProperty(r => r.Tx, last.Tx).SetProperty(r => r.Seq, last.Seq), ct);
        _position = kept == 1 ? EventPosition.Of(last) : null;
        return rows.Count;
    }

    /// <summary>Takes or keeps the cursor for a term.</summary>
    /// <returns>Where it stands; null while another replica holds it.</returns>
    private async Task<EventPosition?> TakeAsync(BoardDbContext db, CancellationToken ct)
    {
        _renewedAt = clock.GetTimestamp();
        var now = await db.NowAsync(ct);
        var until = now + Term;
        var held = await db.Relays
            .Where(r => r.Name == RelayCursor.OfEvents && (r.Holder == _id || r.HeldUntil == null || r.HeldUntil < now))
            .ExecuteUpdateAsync(set => set.SetProperty(r => r.Holder, _id).SetProperty(r => r.HeldUntil, until), ct);
        if (held == 0)
            return null;
        var cursor = await db.Relays.AsNoTracking().SingleAsync(r => r.Name == RelayCursor.OfEvents, ct);
        return new EventPosition(cursor.Tx, cursor.Seq);
    }
}

internal static partial class EventRelayLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Events could not be relayed to the broker; tried again: {Reason}")]
    public static partial void RelayFailed(this ILogger log, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Another replica relays events when this one's term is over, not at once: {Reason}")]
    public static partial void CursorNotLeft(this ILogger log, string reason);
}
