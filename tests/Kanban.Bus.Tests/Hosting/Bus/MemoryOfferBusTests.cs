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

    [Fact]
    public async Task A_message_that_is_sent_again_comes_as_it_was_and_a_queue_without_an_endpoint_is_told()
    {
        var bus = MassTransit.Bus.Factory.CreateUsingInMemory(memory => memory.UseRawJsonSerializer(isDefault: true));
        await bus.StartAsync();
        var offers = new MemoryOfferBus(bus);
        var bodies = Channel.CreateUnbounded<(byte[] Body, string? Type)>();
        await bus.ConnectReceiveEndpoint(BusNames.LaneQueue("gpu", ""), endpoint =>
        {
            endpoint.ConfigureConsumeTopology = false;
            endpoint.DiscardFaultedMessages();
            endpoint.DiscardSkippedMessages();
            endpoint.ConfigureReceive(receive => receive.UseExecute(context => bodies.Writer.TryWrite((context.Body.GetBytes(), context.ContentType?.MediaType))));
        }).Ready.WaitAsync(Eventually.Deadline);
        byte[] body = [0xFF, 0, 1];

        Assert.False(await offers.ResendAsync("kanban.lane.nobody", body, null, default));
        Assert.True(await offers.ResendAsync(BusNames.LaneQueue("gpu", ""), body, "text/plain", default));

        var (got, type) = await bodies.Reader.ReadAsync().AsTask().WaitAsync(Eventually.Deadline);
        Assert.Equal(body, got);
        Assert.Equal("text/plain", type);
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
