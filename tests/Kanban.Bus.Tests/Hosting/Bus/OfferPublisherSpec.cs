using Kanban.Bus.Board.Admission;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Kanban.Bus.Tests.Hosting.Bus;

/// <summary>Every offer reaches a queue in the end, and its row says when.</summary>
public abstract class OfferPublisherSpec<TStore> : StoreSpec<TStore> where TStore : TestStore, new()
{
    private readonly ListedBus _bus = new();

    [Fact]
    public async Task A_confirmed_offer_is_noted_and_one_that_was_not_is_left_to_the_sweep()
    {
        var offers = await OffersAsync(2);
        _bus.Refused.Add(offers[1].RunId);

        await Publisher().PublishAsync([.. offers], default);

        Assert.NotNull((await Store.RunAsync(offers[0].RunId)).PublishedAt);
        Assert.Null((await Store.RunAsync(offers[1].RunId)).PublishedAt);
        await Store.AdvanceAsync(TimeSpan.FromSeconds(3));
        Assert.Equal([offers[1]], await Publisher().OverdueAsync(everything: false, default));
    }

    [Fact]
    public async Task A_fresh_offer_is_left_to_the_publish_that_is_on_its_way()
    {
        await OffersAsync(1);

        Assert.Empty(await Publisher().OverdueAsync(everything: false, default));
    }

    [Fact]
    public async Task An_offer_that_nobody_claims_for_long_is_published_again_and_a_claimed_one_is_not()
    {
        var offers = await OffersAsync(2);
        await Publisher().PublishAsync([.. offers], default);
        await Store.ClaimAsync("w1", offers[0].RunId);

        await Store.AdvanceAsync(Store.Admission.RepublishAfter - TimeSpan.FromSeconds(1));
        Assert.Empty(await Publisher().OverdueAsync(everything: false, default));
        await Store.AdvanceAsync(TimeSpan.FromSeconds(2));

        Assert.Equal([offers[1]], await Publisher().OverdueAsync(everything: false, default));
    }

    [Fact]
    public async Task An_offer_that_still_lies_in_its_queue_is_not_published_again_however_old()
    {
        var offers = await OffersAsync(2);
        await Publisher().PublishAsync([.. offers], default);
        _bus.Held = 2;

        for (var i = 0; i < 3; i++)
        {
            await Store.AdvanceAsync(Store.Admission.RepublishAfter + TimeSpan.FromSeconds(1));
            Assert.Empty(await Publisher().OverdueAsync(everything: false, default));
        }
        // Purged by half: nobody knows which is left.
        _bus.Held = 1;
        await Store.AdvanceAsync(Store.Admission.RepublishAfter + TimeSpan.FromSeconds(1));

        Assert.Equal(offers.Select(o => o.RunId).Order(), (await Publisher().OverdueAsync(everything: false, default)).Select(o => o.RunId).Order());
    }

    [Fact]
    public async Task A_memory_transport_that_starts_gets_every_offer_of_the_rows()
    {
        var offers = await OffersAsync(2);
        await Publisher().PublishAsync([.. offers], default);
        _bus.Published.Clear();

        using var publisher = Publisher();
        await publisher.StartAsync(default);

        await Eventually.Async(() => _bus.Published.Count == 2);
        await publisher.StopAsync(default);
    }

    [Fact]
    public async Task What_is_enqueued_goes_out_at_once()
    {
        using var publisher = Publisher();
        await publisher.StartAsync(default);
        var offers = await OffersAsync(3);

        publisher.Enqueue(offers);

        await Eventually.Async(async () => (await Store.RunAsync(offers[2].RunId)).PublishedAt is not null);
        Assert.Equal(offers.Select(o => o.RunId).Order(), _bus.Published.Distinct().Order());
        await publisher.StopAsync(default);
    }

    [Fact]
    public async Task A_claim_that_came_before_the_note_keeps_its_state()
    {
        var offer = Assert.Single(await OffersAsync(1));
        await Store.ClaimAsync("w1", offer.RunId);

        await Publisher().PublishAsync([offer], default);

        var run = await Store.RunAsync(offer.RunId);
        Assert.Equal((RunState.Running, null), (run.StateName, run.PublishedAt));
    }

    private async Task<IReadOnlyList<Offer>> OffersAsync(int count)
    {
        await Store.AddLaneAsync("shell");
        for (var i = 0; i < count; i++)
            await Store.AddTaskAsync("shell");
        await Store.AddWorkerAsync("w1", $"shell={count}");
        return await Store.AdmitAsync();
    }

    private OfferPublisher Publisher()
    {
        var readiness = new BoardReadiness();
        readiness.MarkReady();
        return new OfferPublisher(
            _bus, Store.Services.GetRequiredService<IServiceScopeFactory>(), readiness, Options.Create(Store.Admission),
            Options.Create(new TransportOptions()), TimeProvider.System, NullLogger<OfferPublisher>.Instance);
    }

    /// <summary>Confirms what it is not told to refuse, and remembers it.</summary>
    private sealed class ListedBus : IOfferBus
    {
        public HashSet<Guid> Refused { get; } = [];
        public System.Collections.Concurrent.ConcurrentBag<Guid> Published { get; } = [];

        public Task<IReadOnlyList<Guid>> PublishAsync(IReadOnlyList<Offer> offers, CancellationToken ct)
        {
            var confirmed = offers.Select(o => o.RunId).Where(id => !Refused.Contains(id)).ToList();
            confirmed.ForEach(Published.Add);
            return Task.FromResult<IReadOnlyList<Guid>>(confirmed);
        }

        /// <summary>Messages that lie in every queue.</summary>
        public int Held { get; set; }

        public Task<bool> HoldsAsync(string lane, string requirementSet, int offers, CancellationToken ct) => Task.FromResult(Held >= offers);
        public string? ProblemOf(string lane) => null;
        public Task HintAsync(string workerId, CancellationToken ct) => Task.CompletedTask;
        public Task<bool> ResendAsync(string queue, byte[] body, string? contentType, CancellationToken ct) => Task.FromResult(true);
    }
}
