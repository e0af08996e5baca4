using Kanban.Bus.Board.Fleet;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Storage;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Admission;

/// <summary>Tells the outside of offers that were committed: queues them for publishing, and workers of queues that are new.</summary>
public sealed class Announcer(BoardDbContext db, OfferPublisher publisher, KnownQueues queues, IOfferBus bus)
{
    public async Task AnnounceAsync(IReadOnlyList<Offer> offers, CancellationToken ct)
    {
        if (offers.Count == 0)
            return;
        publisher.Enqueue(offers);
        // A queue's first offer: the workers that should consume it learn so now instead of at their next heartbeat.
        var lanes = offers.Where(o => queues.Saw(o.Lane, o.RequirementSet, o.Host, o.Needs)).Select(o => o.Lane).ToHashSet();
        if (lanes.Count == 0)
            return;
        var workers = await db.WorkerSlots.Where(s => lanes.Contains(s.Lane)).Select(s => s.WorkerId).Distinct().ToListAsync(ct);
        await Task.WhenAll(workers.Select(worker => bus.HintAsync(worker, ct)));
    }
}
