using System.Text.Json;
using Kanban.Bus.Board.Events;
using Kanban.Bus.Contracts;
using Kanban.Bus.IntegrationTests.Servers;
using Kanban.Bus.Tests.Harness;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.IntegrationTests.Bus;

/// <summary>Every committed event reaches the topic exchange: at least once, in the order of the history, from any number of replicas.</summary>
public sealed class EventRelayTests
{
    [NeedsServersFact]
    public async Task Two_replicas_relay_the_history_in_order_though_one_of_them_leaves()
    {
        var server = await SharedServers.RabbitAsync();
        var uri = await server.CreateVirtualHostAsync();
        await using var reader = await AmqpReader.ConnectAsync(uri);
        await reader.Broker.ExchangeDeclareAsync("kanban.events", "topic", durable: true, autoDelete: false);
        await reader.Broker.QueueDeclareAsync("seen", durable: true, exclusive: false, autoDelete: false);
        await reader.Broker.QueueBindAsync("seen", "kanban.events", "lane.*");
        await reader.ReadAsync("seen");
        var database = await BusReplica.NewDatabaseAsync();
        var first = await BusReplica.StartAsync(database, uri);
        await using var second = await BusReplica.StartAsync(database, uri);

        await WriteAsync(first, 0);
        await first.DisposeAsync();
        await WriteAsync(second, 1000);

        var written = new List<string>();
        await second.UseAsync(async db => written = await db.Events.OrderBy(e => e.Tx).ThenBy(e => e.Seq).Select(e => $"{e.Tx}-{e.Seq}").ToListAsync());
        var seen = new List<string>();
        while (seen.Count < written.Count)
        {
            var message = await reader.Messages.ReadAsync().AsTask().WaitAsync(Eventually.Deadline);
            var view = JsonSerializer.Deserialize<EventView>(message.Body.Span, Json.Client)!;
            Assert.Equal("lane.edited", message.RoutingKey);
            Assert.Equal("application/cloudevents+json", message.BasicProperties.ContentType);
            if (!seen.Contains(view.Id))
                seen.Add(view.Id);
        }
        Assert.Equal(written, seen);
    }

    [NeedsServersFact]
    public async Task A_change_on_one_replica_is_hinted_to_the_other()
    {
        var server = await SharedServers.RabbitAsync();
        var uri = await server.CreateVirtualHostAsync();
        var database = await BusReplica.NewDatabaseAsync();
        await using var one = await BusReplica.StartAsync(database, uri);
        await using var other = await BusReplica.StartAsync(database, uri);
        await Eventually.Async(async () => (await server.Management.QueueNamesAsync(new Uri(uri).AbsolutePath[1..])).Count(q => q.StartsWith("kanban.hints.", StringComparison.Ordinal)) == 2);
        var rung = other.Events.Next;

        await WriteAsync(one, 0, transactions: 1);

        await rung.WaitAsync(Eventually.Deadline);
    }

    [NeedsServersFact]
    public async Task A_queue_that_is_bound_later_gets_what_is_committed_from_then_on()
    {
        var uri = await (await SharedServers.RabbitAsync()).CreateVirtualHostAsync();
        await using var reader = await AmqpReader.ConnectAsync(uri);
        await using var replica = await BusReplica.StartAsync(await BusReplica.NewDatabaseAsync(), uri);
        await WriteAsync(replica, 0, transactions: 5);
        await Eventually.Async(async () =>
        {
            long relayed = 0, written = 0;
            await replica.UseAsync(async db => (relayed, written) = (await db.Relays.Select(r => r.Seq).SingleAsync(), await db.Events.MaxAsync(e => e.Seq)));
            return relayed == written;
        });
        await reader.Broker.QueueDeclareAsync("late", durable: true, exclusive: false, autoDelete: false);
        await reader.Broker.QueueBindAsync("late", "kanban.events", "#");
        await reader.ReadAsync("late");

        await WriteAsync(replica, 100, transactions: 3);

        var lanes = new List<string>();
        while (lanes.Count < 3)
        {
            var message = await reader.Messages.ReadAsync().AsTask().WaitAsync(Eventually.Deadline);
            lanes.Add(JsonSerializer.Deserialize<EventView>(message.Body.Span, Json.Client)!.Lane!);
        }
        Assert.Equal(["lane-100", "lane-101", "lane-102"], lanes.Order());
    }

    /// <summary>Transactions of four writers at once, so that numbers and commits come in different orders.</summary>
    private static Task WriteAsync(BusReplica board, int from, int transactions = 100) =>
        Parallel.ForEachAsync(Enumerable.Range(from, transactions), new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (i, ct) =>
            await board.UseAsync(async db =>
            {
                await using var transaction = await db.Database.BeginTransactionAsync(ct);
                db.Events.Add(BoardEvent.OfLane(EventTypes.LaneEdited, $"lane-{i}", "key:test", DateTimeOffset.UnixEpoch));
                await db.SaveChangesAsync(ct);
                await Task.Delay(i % 7, ct);
                await transaction.CommitAsync(ct);
            }));
}
