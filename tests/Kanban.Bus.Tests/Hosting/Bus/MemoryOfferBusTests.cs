using System.Threading.Channels;
using Kanban.Bus.Board.Admission;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;
using MassTransit;

namespace Kanban.Bus.Tests.Hosting.Bus;

/// <summary>Offers within one process.</summary>
public sealed class MemoryOfferBusTests
{
    [Theory]
    [InlineData("")]
    [InlineData("host=box+mem>=64")]
    public async Task An_offer_waits_for_the_worker_s_endpoint_that_comes_later(string set)
    {
        var bus = MassTransit.Bus.Factory.CreateUsingInMemory(memory => memory.UseRawJsonSerializer(isDefault: true));
        await bus.StartAsync();
        var offer = new Offer(Guid.CreateVersion7(), "web-1", "gpu", set, 2);

        Assert.Equal([offer.RunId], await new MemoryOfferBus(bus).PublishAsync([offer], default));
        var got = await ConnectAsync<RunOffered>(bus, BusNames.LaneQueue("gpu", set));

        Assert.Equal(new RunOffered(offer.RunId, "web-1", "gpu", 2), await got.ReadAsync().AsTask().WaitAsync(Eventually.Deadline));
        await bus.StopAsync();
    }

    [Fact]
    public async Task A_hint_is_for_who_listens_now()
    {
        var bus = MassTransit.Bus.Factory.CreateUsingInMemory(memory => memory.UseRawJsonSerializer(isDefault: true));
        await bus.StartAsync();
        var offers = new MemoryOfferBus(bus);

        await offers.HintAsync("w1", default);
        var got = await ConnectAsync<BeatNow>(bus, BusNames.WorkerQueue("w1"));
        await offers.HintAsync("w1", default);

        Assert.Equal("w1", (await got.ReadAsync().AsTask().WaitAsync(Eventually.Deadline)).WorkerId);
        Assert.False(got.TryRead(out _));
        await bus.StopAsync();
    }

    private static async Task<ChannelReader<T>> ConnectAsync<T>(IBusControl bus, string queue) where T : class
    {
        var messages = Channel.CreateUnbounded<T>();
        await bus.ConnectReceiveEndpoint(queue, endpoint =>
        {
            endpoint.ConfigureConsumeTopology = false;
            endpoint.Handler<T>(context => messages.Writer.WriteAsync(context.Message).AsTask());
        }).Ready.WaitAsync(Eventually.Deadline);
        return messages.Reader;
    }
}
