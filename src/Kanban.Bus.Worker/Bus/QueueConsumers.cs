using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Kanban.Bus.Contracts;
using Kanban.Bus.Worker.Board;
using Kanban.Bus.Worker.Hosting;
using Kanban.Bus.Worker.Runs;
using Kanban.Bus.Worker.Slots;
using Microsoft.Extensions.Logging;

namespace Kanban.Bus.Worker.Bus;

/// <summary>Keeps exactly the queues consumed that the board names: connects, leaves, and looks every few seconds whether each still consumes.</summary>
internal sealed partial class QueueConsumers(
    string workerId, OfferIntake intake, BoardApi board, IReadOnlyDictionary<string, LaneSlots> lanes, Action beatNow, TimeProvider clock, ILogger log)
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan DownLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan MismatchPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(5);

    private readonly EndpointSetup _setup = new(workerId, intake, board, lanes, beatNow, clock, log);
    private readonly ConcurrentDictionary<string, QueueEndpoint> _connected = new();
    private readonly Dictionary<string, (long Since, string Why)> _paused = [];
    private readonly Wake _changed = new();
    private volatile IReadOnlyList<QueueOrder> _wanted = [];
    private volatile bool _closed;
    private long? _lookedAt;
    private string? _unanswered;

    public void Want(IReadOnlyList<QueueOrder> queues)
    {
        if (_closed || queues.SequenceEqual(_wanted))
            return;
        _wanted = queues;
        _changed.Set();
    }

    /// <summary>Whether each wanted queue is consumed right now.</summary>
    internal bool Ready => _wanted.All(q => _connected.TryGetValue(q.Queue, out var endpoint) && endpoint.Down is null);

    /// <summary>Drain: no queue is consumed from here on.</summary>
    public void Close()
    {
        _closed = true;
        _wanted = [];
        _changed.Set();
    }

    /// <summary>Works on one bus until <paramref name="ct"/>; then every queue is left.</summary>
    public async Task RunAsync(IWorkerBus bus, CancellationToken ct)
    {
        try
        {
            await bus.StartAsync(ct);
            var hints = BusNames.WorkerQueue(workerId);
            while (!ct.IsCancellationRequested)
            {
                _changed.Reset();
                try
                {
                    if (!await AdjustAsync(bus, hints, ct))
                    {
                        log.BusHangs(bus.Address);
                        foreach (var endpoint in _connected.Values)
                            endpoint.Abandon();
                        _connected.Clear();
                        await bus.RestartAsync(ct);
                        continue;
                    }
                }
                catch (Exception e) when (!ct.IsCancellationRequested)
                {
                    // Whatever the bus throws, the queues are looked at again: a worker that consumes nothing would look alive.
                    log.QueuesNotAdjusted(e, bus.Address, Look.TotalSeconds);
                    await Task.Delay(Look, clock, ct);
                    continue;
                }
                await Task.WhenAny(_changed.WaitAsync(), Task.Delay(Look, clock, ct));
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The way it ends.
        }
        finally
        {
            await Task.WhenAll(_connected.Values.ToList().Select(e => LeaveAsync(e, bus)));
        }
    }

    /// <returns>False when the bus hangs: what should be left can't be, while the broker answers.</returns>
    private async Task<bool> AdjustAsync(IWorkerBus bus, string hints, CancellationToken ct)
    {
        var wanted = _wanted.Where(Serves).DistinctBy(q => q.Queue).ToList();
        foreach (var endpoint in _connected.Values.Where(e => e.Queue != hints && wanted.All(w => w.Queue != e.Queue)).ToList())
            await LeaveAsync(endpoint, bus);
        var seen = await LookAsync(bus, ct);
        foreach (var endpoint in _connected.Values.ToList())
        {
            if (await CheckAsync(endpoint, bus, seen) || await LeaveAsync(endpoint, bus))
                continue;
            if (seen is not null)
                return false;
        }
        foreach (var order in wanted.Where(w => !_connected.ContainsKey(w.Queue) && !IsPaused(w.Queue)))
            Joined(_setup.Offers(bus, order));
        if (!_connected.ContainsKey(hints) && !IsPaused(hints))
            Joined(_setup.Hints(bus));
        return true;
    }

    private void Joined(QueueEndpoint endpoint)
    {
        _connected[endpoint.Queue] = endpoint;
        _paused.Remove(endpoint.Queue);
    }

    /// <summary>What the broker says of each queue; null when there is none to ask, it does not answer, or it was asked a moment ago.</summary>
    private async Task<Dictionary<string, QueueSeen?>?> LookAsync(IWorkerBus bus, CancellationToken ct)
    {
        if (bus.Probe is not { } probe || (_lookedAt is { } last && clock.GetElapsedTime(last) < Look * 0.9))
            return null;
        _lookedAt = clock.GetTimestamp();
        var seen = new Dictionary<string, QueueSeen?>();
        try
        {
            foreach (var queue in _connected.Keys.ToList())
                seen[queue] = await probe.LookAsync(queue, ct);
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            var reason = e.GetBaseException().Message;
            if (_unanswered != reason)
                log.BrokerNotAsked(bus.Address, reason);
            _unanswered = reason;
            return null;
        }
        _unanswered = null;
        return seen;
    }

    private bool Serves(QueueOrder order) => lanes.ContainsKey(order.Lane);

    private bool IsPaused(string queue) => _paused.TryGetValue(queue, out var pause) && clock.GetElapsedTime(pause.Since) < MismatchPause;

    /// <summary>A queue comes back by itself. One that does not though the broker answers, never can, or is consumed by its consumer's word alone is to be left, and joined again.</summary>
    /// <param name="seen">The broker's word; null when it gave none.</param>
    /// <returns>Whether all is well, or nothing can be done.</returns>
    private async Task<bool> CheckAsync(QueueEndpoint endpoint, IWorkerBus bus, Dictionary<string, QueueSeen?>? seen)
    {
        if (endpoint.Down is not { } down)
        {
            if (endpoint.Told is not null)
                log.QueueConsumedAgain(endpoint.Queue);
            endpoint.Told = null;
            if (seen is null || endpoint.Doubt(seen[endpoint.Queue]) is not { } doubt)
                return true;
            log.ConsumerLost(endpoint.Queue, bus.Address, doubt);
            return false;
        }
        var fault = endpoint.Fault;
        if (fault is not null && Mismatch().Match(fault.Message) is { Success: true } mismatch)
        {
            var why = mismatch.Value;
            log.QueueMismatch(endpoint.Queue, why, MismatchPause.TotalSeconds);
            _paused[endpoint.Queue] = (clock.GetTimestamp(), why);
            return false;
        }
        if (down < DownLimit)
            return true;
        var text = fault?.Message ?? "it does not say why";
        if (endpoint.Told != text)
            log.QueueNotConsumed(endpoint.Queue, bus.Address, down.TotalSeconds, text);
        endpoint.Told = text;
        // While the broker is away there is nothing to join: the bus goes on trying.
        return seen is null;
    }

    /// <returns>Whether it was left.</returns>
    private async Task<bool> LeaveAsync(QueueEndpoint endpoint, IWorkerBus bus)
    {
        if (await endpoint.StopAsync(StopLimit) is { } fault)
        {
            log.QueueNotLeft(fault, endpoint.Queue, bus.Address);
            return false;
        }
        _connected.TryRemove(endpoint.Queue, out _);
        return true;
    }

    // 406 PRECONDITION_FAILED - inequivalent arg 'x-queue-type' for queue 'q' in vhost '/': received 'quorum' but current is 'classic'
    [GeneratedRegex(@"inequivalent arg '[^']*' for (queue|exchange) '[^']*' in vhost '[^']*':[^""]*?(?=', classId|$)")]
    private static partial Regex Mismatch();
}
