using System.Net;
using System.Text;
using Kanban.Bus.Tests.Harness;
using RabbitMQ.Client;

namespace Kanban.Bus.IntegrationTests.Servers;

public sealed class RabbitServerTests
{
    private static readonly Dictionary<string, object?> Quorum = new() { ["x-queue-type"] = "quorum" };

    [NeedsServersFact]
    public async Task Virtual_hosts_of_the_shared_server_are_apart()
    {
        var server = await SharedServers.RabbitAsync();
        var first = await server.CreateVirtualHostAsync();
        var second = await server.CreateVirtualHostAsync();

        await PublishAsync(first, "work", "hello");

        Assert.Equal("hello", await TakeAsync(first, "work"));
        Assert.Null(await TakeAsync(second, "work"));
    }

    [NeedsServersFact]
    public async Task A_confirmed_message_outlives_kill_9()
    {
        await using var server = await RabbitServer.StartNewAsync();
        var host = await server.CreateVirtualHostAsync();
        await PublishAsync(host, "kept", "still here");
        await server.DeclaredOnDiskAsync("kept");

        await server.Kill9Async();
        await server.StartAsync();

        Assert.Equal("still here", await TakeAsync(host, "kept"));
    }

    [NeedsServersFact]
    public async Task It_listens_on_loopback_alone()
    {
        var server = await SharedServers.RabbitAsync();

        foreach (var port in server.Ports)
        {
            var addresses = Listeners.AddressesOf(port);
            Assert.NotEmpty(addresses);
            Assert.All(addresses, address => Assert.True(IPAddress.IsLoopback(IPAddress.Parse(address)), $"{address} listens at {port}"));
        }
    }

    private static async Task PublishAsync(string uri, string queue, string text)
    {
        await using var connection = await ConnectAsync(uri);
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, Quorum);
        await channel.BasicPublishAsync("", queue, mandatory: true, new BasicProperties { Persistent = true }, Encoding.UTF8.GetBytes(text));
    }

    private static async Task<string?> TakeAsync(string uri, string queue)
    {
        await using var connection = await ConnectAsync(uri);
        await using var channel = await connection.CreateChannelAsync();
        await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, Quorum);
        var message = await channel.BasicGetAsync(queue, autoAck: true);
        return message is null ? null : Encoding.UTF8.GetString(message.Body.Span);
    }

    // A quorum queue elects its leader for a moment after a restart.
    private static Task<IConnection> ConnectAsync(string uri) =>
        Eventually.ValueAsync<IConnection>(async () => await new ConnectionFactory { Uri = new Uri(uri) }.CreateConnectionAsync());
}
