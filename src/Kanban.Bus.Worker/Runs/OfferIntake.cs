using System.Collections.Concurrent;
using Kanban.Bus.Contracts;
using Kanban.Bus.Worker.Board;
using Kanban.Bus.Worker.Hosting;
using Kanban.Bus.Worker.Slots;
using Microsoft.Extensions.Logging;

namespace Kanban.Bus.Worker.Runs;

/// <summary>This worker can't take the offer now; thrown, it hands the delivery back to its queue.</summary>
internal sealed class OfferGivenBackException(string message) : Exception(message);

/// <summary>From an offer to a run: a slot, a claim, a start.</summary>
internal sealed class OfferIntake(
    string workerId, BoardApi board, HeldRuns held, IReadOnlyDictionary<string, LaneSlots> lanes, RunStart start,
    WorkerOptions options, TimeProvider clock, TimeProvider uptime, ILogger log, CancellationToken life)
{
    private static readonly TimeSpan SlotPatience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ClaimLimit = TimeSpan.FromSeconds(30);

    // Runs whose offer is being decided; true when the board has answered.
    private readonly ConcurrentDictionary<Guid, TaskCompletionSource<bool>> _taking = new();

    private readonly Batcher<ClaimItem, ClaimAnswer> _claims =
        new(items => board.ClaimAsync(workerId, items, CancellationToken.None), most: 500);

    /// <summary>Nothing new is started from here on; a grant that arrives is handed back.</summary>
    public bool Draining { get; set; }

    /// <summary>Returns when the delivery is to be acked. One delivery claims and holds; another of the same run waits for what became of the first, and is then acked at once.</summary>
    /// <param name="hasBroker">Deliveries can be given back, and must not be held for ever.</param>
    /// <exception cref="OfferGivenBackException">The delivery is to go back to its queue.</exception>
    public async Task TakeAsync(RunOffered offer, bool hasBroker, Task left, CancellationToken ct)
    {
        if (held.Find(offer.RunId) is null)
        {
            var mine = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            var first = _taking.GetOrAdd(offer.RunId, mine);
            if (first == mine)
                await DecideAsync(offer, hasBroker, mine, ct);
            else if (!await first.Task.WaitAsync(ct))
                throw new OfferGivenBackException($"the first delivery of {offer.RunId} went back");
        }
        if (held.Find(offer.RunId) is { } run)
            await HoldAsync(run, hasBroker, left, ct);
    }

    private async Task DecideAsync(RunOffered offer, bool hasBroker, TaskCompletionSource<bool> decided, CancellationToken ct)
    {
        var answered = false;
        try
        {
            await ClaimAndStartAsync(offer, hasBroker, ct);
            answered = true;
        }
        finally
        {
            _taking.TryRemove(offer.RunId, out _);
            decided.SetResult(answered);
        }
    }

    private async Task ClaimAndStartAsync(RunOffered offer, bool hasBroker, CancellationToken ct)
    {
        if (Draining)
            throw new OfferGivenBackException("the worker drains");
        var lane = lanes[offer.Lane];
        var slot = await lane.TakeAsync(hasBroker ? SlotPatience : Timeout.InfiniteTimeSpan, ct)
            ?? throw new OfferGivenBackException($"no free slot in lane {offer.Lane}");

        LiveRun? run = null;
        try
        {
            var claimedAt = uptime.GetTimestamp();
            var answer = await ClaimAsync(new ClaimItem(offer.RunId, slot), hasBroker);
            if (answer.Grant is { } grant)
                run = Draining ? start.Return(grant, lane, slot, claimedAt) : start.Begin(grant, lane, slot, claimedAt);
            else
                log.ClaimRefused(offer.RunId, offer.TaskKey, offer.Lane, answer.Refused);
        }
        finally
        {
            if (run is null)
                lane.Release(slot);
        }
    }

    private async Task HoldAsync(LiveRun run, bool hasBroker, Task left, CancellationToken ct)
    {
        if (!run.TryHold())
        {
            log.OfferRepeated(run.Grant.RunId);
            return;
        }
        using var over = CancellationTokenSource.CreateLinkedTokenSource(ct);
        await Task.WhenAny(run.Ended, left, Task.Delay(hasBroker ? options.HoldLimit : Timeout.InfiniteTimeSpan, clock, over.Token));
        // Cancelled: its channel is gone, the broker will deliver the offer again, and that delivery is held in this one's place.
        if (ct.IsCancellationRequested)
            run.LetGo();
        await over.CancelAsync();
    }

    /// <summary>Goes on when the delivery is taken back meanwhile: what the board may have granted must not be left lying.</summary>
    private async Task<ClaimAnswer> ClaimAsync(ClaimItem claim, bool hasBroker)
    {
        var backoff = new Backoff(clock, TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(5));
        var since = clock.GetTimestamp();
        while (true)
        {
            try
            {
                return await _claims.AskAsync(claim, life);
            }
            catch (Exception e) when (e is BoardAwayException or TokenRefusedException)
            {
                if (hasBroker && clock.GetElapsedTime(since) > ClaimLimit)
                    throw new OfferGivenBackException($"the claim of {claim.RunId} got no answer: {e.Message}");
                log.ClaimDelayed(claim.RunId, e.Message);
            }
            catch (Exception e) when (e is BoardRefusedException or SessionSupersededException or ProtocolRefusedException)
            {
                log.ClaimDelayed(claim.RunId, e.Message);
                await Task.Delay(SlotPatience, clock, life);
                throw new OfferGivenBackException($"the claim of {claim.RunId} was not taken: {e.Message}");
            }
            await backoff.WaitAsync(life);
        }
    }
}
