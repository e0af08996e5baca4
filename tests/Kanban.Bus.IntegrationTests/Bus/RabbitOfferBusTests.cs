using System.Text.Json;
using Kanban.Bus.Board.Admission;
using Kanban.Bus.Contracts;
using Kanban.Bus.IntegrationTests.Servers;
using Kanban.Bus.Tests.Harness;
using MassTransit;

namespace Kanban.Bus.IntegrationTests.Bus;

/// <summary>Offers on a real broker: none is confirmed and gone, and one lane's trouble is its own.</summary>
public sealed class RabbitOfferBusTests : IAsyncLifetime
{
    private RabbitServer _server = null!;
    private string _uri = "";
    private string _host = "";
    private BusReplica _board = null!;

    public async Task InitializeAsync()
    {
        _server = await SharedServers.RabbitAsync();
        _uri = await _server.CreateVirtualHostAsync();
        _host = new Uri(_uri).AbsolutePath[1..];
        _board = await BusReplica.StartAsync(await BusReplica.NewDatabaseAsync(), _uri, "gpu", "etl");
        await Eventually.Async(() => _board.Bus.ProblemOf("gpu") is null);
    }

    public async Task DisposeAsync() => await _board.DisposeAsync();

    [NeedsServersFact]
    public async Task An_offer_whose_queue_nobody_has_declared_arrives()
    {
        var offer = Offer("gpu", "host=box+cuda+mem>=64");

        Assert.Equal([offer.RunId], await _board.Bus.PublishAsync([offer], default));

        var queue = await _server.Management.QueueAsync(_host, "kanban.lane.gpu.host:box_cuda_mem::64");
        Assert.Equal("quorum", queue!.Value.GetProperty("type").GetString());
        Assert.Equal(offer.RunId, (await TakeAsync("kanban.lane.gpu.host:box_cuda_mem::64")).RunId);
    }

    [NeedsServersFact]
    public async Task A_queue_deleted_by_hand_is_made_again_and_its_offer_arrives()
    {
        await _board.Bus.PublishAsync([Offer("gpu")], default);
        await _server.Management.DeleteQueueAsync(_host, "kanban.lane.gpu");
        var offer = Offer("gpu");

        Assert.Equal([offer.RunId], await _board.Bus.PublishAsync([offer], default));

        Assert.Equal(offer.RunId, (await TakeAsync("kanban.lane.gpu")).RunId);
    }

    [NeedsServersFact]
    public async Task Queue_and_exchange_deleted_by_hand_are_both_made_again()
    {
        await _board.Bus.PublishAsync([Offer("gpu")], default);
        await using (var admin = await AmqpReader.ConnectAsync(_uri))
        {
            await admin.Broker.ExchangeDeleteAsync("kanban.lane.gpu");
            await admin.Broker.QueueDeleteAsync("kanban.lane.gpu", ifUnused: false, ifEmpty: false);
        }
        var offer = Offer("gpu");

        Assert.Equal([offer.RunId], await _board.Bus.PublishAsync([offer], default));

        Assert.Equal(offer.RunId, (await TakeAsync("kanban.lane.gpu")).RunId);
    }

    [NeedsServersFact]
    public async Task A_hundred_offers_that_find_their_queue_gone_all_arrive()
    {
        await _board.Bus.PublishAsync([Offer("gpu")], default);
        await _server.Management.DeleteQueueAsync(_host, "kanban.lane.gpu");
        var offers = Enumerable.Range(0, 100).Select(_ => Offer("gpu")).ToList();

        // What is not confirmed is published again, as the board does with what its rows say is due: a queue that was deleted a moment ago may go once more.
        var due = offers;
        await Eventually.Async(async () =>
        {
            var published = await _board.Bus.PublishAsync(due, default);
            due = [.. due.Where(o => !published.Contains(o.RunId))];
            return due.Count == 0;
        });
        await using var reader = await (await AmqpReader.ConnectAsync(_uri)).ReadAsync("kanban.lane.gpu");
        var arrived = new HashSet<Guid>();
        while (arrived.Count < 100)
            arrived.Add(Read(await reader.Messages.ReadAsync().AsTask().WaitAsync(Eventually.Deadline)).RunId);
        Assert.Superset(offers.Select(o => o.RunId).ToHashSet(), arrived);
    }

    [NeedsServersFact]
    public async Task A_queue_with_other_arguments_degrades_its_lane_alone_until_it_is_gone()
    {
        await _server.Management.DeclareQueueAsync(_host, "kanban.lane.old", new Dictionary<string, object> { ["x-queue-type"] = "classic" });
        var (bad, good) = (Offer("old"), Offer("gpu"));

        Assert.Equal([good.RunId], await _board.Bus.PublishAsync([bad, good], default));

        Assert.Equal(
            "The queue 'kanban.lane.old' exists with other arguments: x-queue-type is 'classic', wanted 'quorum'. Delete it by hand and the board makes it anew.",
            _board.Bus.ProblemOf("old"));
        Assert.Null(_board.Bus.ProblemOf("gpu"));
        Assert.Null(_board.Bus.ProblemOf("etl"));

        await _server.Management.DeleteQueueAsync(_host, "kanban.lane.old");
        await Eventually.Async(() => _board.Bus.ProblemOf("old") is null);
        Assert.Equal([bad.RunId], await _board.Bus.PublishAsync([bad], default));
    }

    [NeedsServersFact]
    public async Task A_worker_s_endpoint_and_the_board_declare_the_same_queue_whoever_comes_first()
    {
        var got = new TaskCompletionSource<RunOffered>();
        var worker = MassTransit.Bus.Factory.CreateUsingRabbitMq(bus =>
        {
            bus.Host(new Uri(_uri), "gpu-1@test", _ => { });
            bus.UseRawJsonDeserializer(isDefault: true);
        });
        await worker.StartAsync();
        await worker.ConnectReceiveEndpoint("kanban.lane.later", endpoint =>
        {
            endpoint.ConfigureConsumeTopology = false;
            ((IRabbitMqReceiveEndpointConfigurator)endpoint).SetQuorumQueue();
            endpoint.Handler<RunOffered>(context =>
            {
                got.TrySetResult(context.Message);
                return Task.CompletedTask;
            });
        }).Ready.WaitAsync(Eventually.Deadline);
        var offer = Offer("later");

        Assert.Equal([offer.RunId], await _board.Bus.PublishAsync([offer], default));

        Assert.Equal(new RunOffered(offer.RunId, "web-1", "later", 1), await got.Task.WaitAsync(Eventually.Deadline));
        await worker.StopAsync();
    }

    [NeedsServersFact]
    public async Task The_lanes_queues_are_there_before_the_first_offer_and_names_read_well()
    {
        await Eventually.Async(async () => (await _server.Management.QueueNamesAsync(_host)).Contains("kanban.lane.etl"));
        await Eventually.Async(async () => (await _server.Management.QueueNamesAsync(_host)).Contains("kanban.dead-letters"));

        await _board.Bus.HintAsync("nobody", default);
        var machine = Environment.MachineName;
        await Eventually.Async(async () =>
            (await _server.Management.ConnectionNamesAsync(_host)).Order().SequenceEqual([$"board-events@{machine}", $"board-topology@{machine}", $"board@{machine}"]));
    }

    [NeedsServersFact]
    public async Task A_message_that_is_sent_again_comes_as_it_was_and_a_queue_that_is_not_there_is_told()
    {
        byte[] body = [0xFF, 0, 1];
        await Eventually.Async(async () => (await _server.Management.QueueNamesAsync(_host)).Contains("kanban.lane.etl"));

        Assert.True(await _board.Bus.ResendAsync("kanban.lane.etl", body, "text/plain", default));
        Assert.False(await _board.Bus.ResendAsync("kanban.lane.nowhere", body, null, default));

        await using var reader = await (await AmqpReader.ConnectAsync(_uri)).ReadAsync("kanban.lane.etl");
        var message = await reader.Messages.ReadAsync().AsTask().WaitAsync(Eventually.Deadline);
        Assert.Equal(body, message.Body.ToArray());
        Assert.Equal("text/plain", message.BasicProperties.ContentType);
    }

    [NeedsServersFact]
    public async Task A_hint_reaches_the_worker_s_queue_and_one_for_nobody_is_dropped()
    {
        await using var worker = await AmqpReader.ConnectAsync(_uri);
        await worker.Broker.QueueDeclareAsync("kanban.worker.w1", durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?> { ["x-expires"] = 300000 });
        await worker.ReadAsync("kanban.worker.w1");

        await _board.Bus.HintAsync("nobody", default);
        await _board.Bus.HintAsync("w1", default);

        var hint = await worker.Messages.ReadAsync().AsTask().WaitAsync(Eventually.Deadline);
        Assert.Equal(new BeatNow("w1"), JsonSerializer.Deserialize<BeatNow>(hint.Body.Span, Json.Client));
    }

    private static Offer Offer(string lane, string set = "") => new(Guid.CreateVersion7(), "web-1", lane, set, 1);

    private async Task<RunOffered> TakeAsync(string queue)
    {
        await using var reader = await (await AmqpReader.ConnectAsync(_uri)).ReadAsync(queue);
        return Read(await reader.Messages.ReadAsync().AsTask().WaitAsync(Eventually.Deadline));
    }

    private static RunOffered Read(RabbitMQ.Client.Events.BasicDeliverEventArgs message) =>
        JsonSerializer.Deserialize<RunOffered>(message.Body.Span, Json.Client)!;
}
