using System.Text;
using Kanban.Bus.Board.DeadLetters;
using Kanban.Bus.Contracts;
using Kanban.Bus.IntegrationTests.Harness;
using Kanban.Bus.IntegrationTests.Servers;
using Kanban.Bus.Tests.Harness;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.IntegrationTests.Bus;

/// <summary>What the broker itself sets aside: a message is kept for a person, an offer is not, however often it was delivered.</summary>
public sealed class DeadLetterInboxTests
{
    [NeedsServersFact]
    public async Task What_arrives_on_the_queue_becomes_a_row_and_leaves_the_queue()
    {
        var server = await SharedServers.RabbitAsync();
        var uri = await server.CreateVirtualHostAsync();
        var host = new Uri(uri).AbsolutePath[1..];
        await using var board = await BusReplica.StartAsync(await BusReplica.NewDatabaseAsync(), uri);
        await Eventually.Async(async () => (await server.Management.QueueNamesAsync(host)).Contains(BusNames.DeadLetters));

        await server.Management.PublishAsync(host, BusNames.DeadLetters, "not\u0000 JSON", "text/plain");
        await server.Management.PublishAsync(host, BusNames.DeadLetters, new string('x', SetAside.MaxBody + 1));

        var rows = new List<SetAside>();
        await Eventually.Async(async () =>
        {
            await board.UseAsync(async db => rows = await db.DeadLetters.OrderBy(d => d.Bytes).ToListAsync());
            return rows.Count == 2;
        });
        Assert.Equal(("not\0 JSON", "text/plain", BusNames.DeadLetters, false), (Encoding.UTF8.GetString(rows[0].Body), rows[0].ContentType, rows[0].Queue, rows[0].IsCut));
        Assert.Equal((SetAside.MaxBody, SetAside.MaxBody + 1L, true), (rows[1].Body.Length, rows[1].Bytes, rows[1].IsCut));
        await Eventually.Async(async () => (await server.Management.QueueAsync(host, BusNames.DeadLetters))!.Value.TryGetProperty("messages", out var left) && left.GetInt32() == 0);
    }

    [NeedsServersFact]
    public async Task An_offer_past_its_delivery_limit_and_old_offers_that_come_again_change_nothing_for_their_task()
    {
        var server = await SharedServers.RabbitAsync();
        await using var cluster = await Cluster.CreateAsync();
        cluster.Settings["Admission:RepublishAfter"] = "00:00:02";
        var link = cluster.WorkersBroker = cluster.Link(cluster.Broker);
        var board = await cluster.StartBoardAsync();
        await board.Api.AddLaneAsync(new CreateLane("work"));
        var queue = BusNames.LaneQueue("work", "");
        await server.ControlAsync("set_policy", "--vhost", cluster.VirtualHost, "--apply-to", "queues", "limits", "^kanban.lane.",
            """{"delivery-limit": 2, "dead-letter-exchange": "", "dead-letter-routing-key": "kanban.dead-letters"}""");
        // A worker that beats, and that never gets to its offers.
        link.Mode = LinkMode.Refuse;
        await cluster.StartWorkerAsync(new WorkerShape("worker", "work", 1));
        var task = await board.Api.AddTaskAsync(new CreateTask("a task", "work", Body: "true"));
        var offers = new List<byte[]>();
        await Eventually.Async(async () => await server.Management.QueueAsync(cluster.VirtualHost, queue) is not null);
        await using (var flapping = await AmqpReader.ConnectAsync(cluster.Broker))
        {
            await Eventually.Async(async () =>
            {
                if (await flapping.Broker.BasicGetAsync(queue, autoAck: false) is { } message)
                {
                    offers.Add(message.Body.ToArray());
                    await flapping.Broker.BasicNackAsync(message.DeliveryTag, multiple: false, requeue: true);
                }
                return offers.Count == 6;
            });
        }
        await Eventually.Async(() => board.Log.Contains("The broker set an offer of run", StringComparison.Ordinal));

        link.Mode = LinkMode.Pass;
        await cluster.UntilAsync(task.Key, Status.Done, TimeSpan.FromSeconds(90));
        // A broker that was restored from yesterday's copy.
        foreach (var offer in offers)
            await server.Management.PublishAsync(cluster.VirtualHost, queue, Encoding.UTF8.GetString(offer));
        await Eventually.Async(async () => (await server.Management.QueueAsync(cluster.VirtualHost, queue))!.Value.TryGetProperty("messages", out var left) && left.GetInt32() == 0);

        Assert.Single(await board.Api.RunsAsync(task.Key), r => r.State == RunState.Succeeded);
        Assert.Equal(Status.Done, (await board.Api.TaskAsync(task.Key)).Task.Status);
        Assert.Empty(await board.Api.AllAsync<DeadLetterView>("dead-letters"));
    }
}
