using System.Text.Json;
using System.Threading.Channels;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Events;

/// <summary>An event as it leaves for every watcher: read once, written as JSON once.</summary>
public sealed record TailedEvent(BoardEvent Row, string Json)
{
    public EventPosition Position { get; } = EventPosition.Of(Row);

    public static TailedEvent Of(BoardEvent row) => new(row, JsonSerializer.Serialize(EventView.Of(row), Contracts.Json.Client));
}

/// <summary>Reads new events once for the whole process and hands them to everybody who watches. It rests while nobody does.</summary>
public sealed class EventTail(
    IServiceScopeFactory scopes, BoardReadiness readiness, EventSignal signal, TimeProvider clock, ILogger<EventTail> log) : BackgroundService
{
    private const int Batch = 500;

    private readonly Lock _gate = new();
    private readonly HashSet<EventWatch> _watches = [];
    private TaskCompletionSource _watched = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Every event from the watch's own start on, that passes the filter. End it by disposing.</summary>
    public EventWatch Watch(Func<BoardEvent, bool> filter)
    {
        var watch = new EventWatch(this, filter);
        lock (_gate)
        {
            _watches.Add(watch);
            _watched.TrySetResult();
        }
        signal.Ring();
        return watch;
    }

    internal void Leave(EventWatch watch)
    {
        lock (_gate)
        {
            _watches.Remove(watch);
            if (_watches.Count == 0)
                _watched = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await readiness.WaitAsync(stoppingToken);
        var pace = new TailPace(signal, clock);
        EventPosition? position = null;
        while (!stoppingToken.IsCancellationRequested)
        {
            if (!_watched.Task.IsCompleted)
            {
                position = null;
                await _watched.Task.WaitAsync(stoppingToken);
            }
            var found = 0;
            try
            {
                (position, found) = await ReadAsync(position, stoppingToken);
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                log.TailFailed(error.Message);
                await Task.Delay(TimeSpan.FromSeconds(1), clock, stoppingToken);
            }
            await pace.NextAsync(found, stoppingToken);
        }
    }

    private async Task<(EventPosition Position, int Found)> ReadAsync(EventPosition? from, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<BoardDbContext>();
        var position = from ?? await LastAsync(db, ct);
        EventWatch[] watches;
        lock (_gate)
            watches = [.. _watches];
        foreach (var watch in watches)
            watch.StartAt(position);
        var rows = await db.SettledEvents(position).AsNoTracking().OrderBy(e => e.Tx).ThenBy(e => e.Seq).Take(Batch).ToListAsync(ct);
        foreach (var row in rows)
        {
            var tailed = TailedEvent.Of(row);
            foreach (var watch in watches)
                watch.Offer(tailed);
        }
        return (rows.Count == 0 ? position : EventPosition.Of(rows[^1]), rows.Count);
    }

    private static async Task<EventPosition> LastAsync(BoardDbContext db, CancellationToken ct)
    {
        var last = await db.SettledEvents(default).AsNoTracking().OrderByDescending(e => e.Tx).ThenByDescending(e => e.Seq).FirstOrDefaultAsync(ct);
        return last is null ? default : EventPosition.Of(last);
    }
}

/// <summary>One watcher's events, buffered within a bound. Who falls behind it is let go, and comes back with the last id it saw.</summary>
public sealed class EventWatch(EventTail tail, Func<BoardEvent, bool> filter) : IDisposable
{
    private const int Buffer = 2_000;

    private readonly Channel<TailedEvent> _events = Channel.CreateBounded<TailedEvent>(new BoundedChannelOptions(Buffer) { SingleReader = true });
    private readonly TaskCompletionSource<EventPosition> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The position that its events follow; known within a moment.</summary>
    public Task<EventPosition> Started => _started.Task;

    /// <summary>Ends when the watcher fell behind.</summary>
    public ChannelReader<TailedEvent> Events => _events.Reader;

    internal void StartAt(EventPosition position) => _started.TrySetResult(position);

    internal void Offer(TailedEvent tailed)
    {
        if (filter(tailed.Row) && !_events.Writer.TryWrite(tailed))
            _events.Writer.TryComplete();
    }

    public void Dispose()
    {
        tail.Leave(this);
        _events.Writer.TryComplete();
    }
}

internal static partial class EventTailLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "New events could not be read; tried again in a second: {Reason}")]
    public static partial void TailFailed(this ILogger log, string reason);
}
