using System.Diagnostics;
using Kanban.Bus.Board.Admission;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.IntegrationTests.Servers;
using Kanban.Bus.Tests.Harness;

namespace Kanban.Bus.IntegrationTests.Bus;

/// <summary>A broker that hangs, or is not there: every call ends in time, and the board finds back by itself.</summary>
public sealed class BrokerAwayTests
{
    [NeedsServersFact]
    public async Task A_frozen_broker_costs_a_publish_its_deadline_and_no_offer()
    {
        await using var server = await RabbitServer.StartNewAsync();
        await using var board = await BusReplica.StartAsync(await BusReplica.NewDatabaseAsync(), await server.CreateVirtualHostAsync(), "gpu");
        await Eventually.Async(async () => (await board.Bus.PublishAsync([Offer()], default)).Count == 1);

        await server.FreezeAsync();
        var started = Stopwatch.GetTimestamp();
        var published = await board.Bus.PublishAsync([Offer(), Offer()], default);
        var took = Stopwatch.GetElapsedTime(started);
        server.Thaw();

        Assert.Empty(published);
        Assert.InRange(took, BrokerConnection.Deadline - TimeSpan.FromSeconds(1), BrokerConnection.Deadline * 3);
        await Eventually.Async(async () => (await board.Bus.PublishAsync([Offer()], default)).Count == 1);
    }

    [NeedsServersFact]
    public async Task A_broker_that_is_down_is_waited_for_and_named_without_its_password()
    {
        await using var server = await RabbitServer.StartNewAsync();
        var uri = await server.CreateVirtualHostAsync();
        await server.StopAsync();
        await using var board = await BusReplica.StartAsync(await BusReplica.NewDatabaseAsync(), uri, "gpu");

        var problem = await Eventually.ValueAsync(() => Task.FromResult(board.Bus.ProblemOf("gpu")));
        Assert.StartsWith($"The broker at amqp://127.0.0.1:{server.Port}/test-1 can't be reached since 20", problem, StringComparison.Ordinal);
        Assert.DoesNotContain("guest:guest", problem, StringComparison.Ordinal);
        Assert.Empty(await board.Bus.PublishAsync([Offer()], default));
        await Assert.ThrowsAsync<BrokerUnavailableException>(() => board.Bus.ResendAsync("kanban.lane.gpu", [1], null, default));

        await server.StartAsync();

        await Eventually.Async(() => board.Bus.ProblemOf("gpu") is null);
        await Eventually.Async(async () => (await board.Bus.PublishAsync([Offer()], default)).Count == 1);
    }

    private static Offer Offer() => new(Guid.CreateVersion7(), "web-1", "gpu", "", 1);
}
