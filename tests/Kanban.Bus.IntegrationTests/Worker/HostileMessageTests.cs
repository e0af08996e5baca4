using System.Text;
using Kanban.Bus.Contracts;
using Kanban.Bus.IntegrationTests.Servers;
using Kanban.Bus.Tests.Harness;
using Kanban.Bus.Tests.Worker;
using RabbitMQ.Client;

namespace Kanban.Bus.IntegrationTests.Worker;

/// <summary>A lane's queue that anybody wrote to: each message is handed to the board once, none goes round for ever, and the consumer takes its offers.</summary>
public sealed class HostileMessageTests
{
    private const string Queue = "kanban.lane.shell";

    [NeedsServersFact]
    public async Task Three_thousand_random_messages_are_all_put_aside_and_the_next_offer_runs()
    {
        var random = new Random(20261122);
        var messages = Enumerable.Range(0, 3_000).Select(_ => (Body: Body(random), Properties: Properties(random))).ToList();

        await PutAsideAsync(messages, TimeSpan.FromMinutes(3));
    }

    [NeedsServersFact]
    public async Task A_message_larger_than_the_client_s_own_bound_is_put_aside_and_the_next_offer_runs()
    {
        var huge = new byte[70 * 1024 * 1024];

        var letters = await PutAsideAsync([(huge, new BasicProperties())], TimeSpan.FromMinutes(2));

        var letter = Assert.Single(letters);
        Assert.Equal((huge.Length, 64 * 1024, "73,400,320 bytes; an offer has at most 16,384"), (letter.Bytes, letter.Body.Length, letter.Reason));
    }

    private static async Task<IReadOnlyList<DeadLetter>> PutAsideAsync(List<(byte[] Body, BasicProperties Properties)> messages, TimeSpan within)
    {
        var rabbit = await SharedServers.RabbitAsync();
        var uri = await rabbit.CreateVirtualHostAsync();
        await using var worker = await WorkerHarness.StartAsync(o => o.Lanes["shell"] = 16, board => board.Broker = new BrokerAddress(uri));
        await using var connection = await new ConnectionFactory { Uri = new Uri(uri) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));

        foreach (var (body, properties) in messages)
            await channel.BasicPublishAsync("", Queue, mandatory: true, properties, body);
        var grant = WorkerHarness.Grant("echo fine");
        worker.Board.Offer(grant);
        await channel.BasicPublishAsync("", Queue, mandatory: true, new BasicProperties { ContentType = "application/json" },
            System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(new RunOffered(grant.RunId, grant.TaskKey, grant.Lane, grant.Attempt), Json.Client));

        await Eventually.Async(() => worker.Board.FinishOf(grant.RunId) is not null, within);
        Assert.Equal("fine", worker.Board.FinishOf(grant.RunId)!.Summary);
        await Eventually.Async(() => worker.Board.DeadLetters.Count == messages.Count, within);
        await Eventually.Async(async () => (await channel.QueueDeclarePassiveAsync(Queue)).MessageCount == 0);
        return [.. worker.Board.DeadLetters];
    }

    private static byte[] Body(Random random)
    {
        const string offer = """{"runId":"01990000-0000-7000-8000-000000000001","taskKey":"a-1","lane":"shell","attempt":1}""";
        switch (random.Next(5))
        {
            case 0: // An offer with one byte changed to what breaks it.
                var changed = Encoding.UTF8.GetBytes(offer);
                changed[random.Next(10)] = (byte)random.Next(32);
                return changed;
            case 1: // An offer that was cut.
                return Encoding.UTF8.GetBytes(offer[..random.Next(offer.Length - 1)]);
            case 2: // JSON of another kind, with names as long as they come.
                return Encoding.UTF8.GetBytes($$"""{"{{new string('\u00E9', random.Next(6_000))}}":[{}]""");
            case 3:
                return Encoding.UTF8.GetBytes(new string('[', random.Next(1, 400)));
            default:
                var bytes = new byte[random.Next(2_000)];
                random.NextBytes(bytes);
                return bytes;
        }
    }

    private static BasicProperties Properties(Random random)
    {
        string?[] types = [null, "", "application/json", "text/plain", "no type at all", "a/b; c=\"", "\u0001", "application/vnd.masstransit+json", new string('x', 200)];
        object?[] values = [null, "text", 5, new byte[] { 0xFF }, new List<object?> { 1 }, new Dictionary<string, object?> { ["a"] = "b" }];
        return new BasicProperties
        {
            ContentType = types[random.Next(types.Length)],
            MessageId = random.Next(3) == 0 ? "no id" : null,
            CorrelationId = random.Next(3) == 0 ? "no id" : null,
            ReplyTo = random.Next(5) == 0 ? "nobody" : null,
            Expiration = null,
            Headers = random.Next(2) == 0 ? null : new Dictionary<string, object?>
            {
                ["MT-MessageType"] = values[random.Next(values.Length)],
                ["MT-Host-MachineName"] = values[random.Next(values.Length)],
                ["ConversationId"] = values[random.Next(values.Length)],
                ["RequestId"] = values[random.Next(values.Length)],
                ["publishId"] = values[random.Next(values.Length)],
            },
        };
    }
}
