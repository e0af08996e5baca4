using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;

namespace Kanban.Bus.Tests.Worker;

/// <summary>Several deliveries of one offer: a board publishes again, a broker delivers again.</summary>
public sealed class OfferTests
{
    private static readonly Task Never = new TaskCompletionSource().Task;

    [Fact]
    public async Task Two_deliveries_of_one_offer_claim_once_and_start_once()
    {
        await using var worker = await WorkerHarness.StartAsync();
        var answer = new TaskCompletionSource();
        var asked = new TaskCompletionSource();
        worker.Board.Intercept = async context =>
        {
            if (!context.Request.Path.Value!.EndsWith("/claims", StringComparison.Ordinal))
                return null;
            asked.TrySetResult();
            await answer.Task;
            return null;
        };
        var grant = WorkerHarness.Grant("echo up; while [ ! -e go ]; do sleep 0.05; done");
        worker.Board.Offer(grant);

        var first = Deliver(worker, grant);
        await asked.Task;
        var second = Deliver(worker, grant);
        Assert.False(second.IsCompleted);
        answer.SetResult();

        await Eventually.Async(() => worker.Out(grant.RunId) == "up\n");
        var dropped = await Task.WhenAny(first, second).WaitAsync(Eventually.Deadline);
        await dropped;
        Assert.Single(worker.Board.Claims.SelectMany(c => c.Claims));
        Assert.False((dropped == first ? second : first).IsCompleted, "no delivery is held while the run is live");
        Go(worker, grant);
        await Task.WhenAll(first, second).WaitAsync(Eventually.Deadline);
        Assert.Equal(Outcome.Succeeded, (await worker.FinishAsync(grant.RunId)).Outcome);
    }

    [Fact]
    public async Task A_delivery_that_was_lost_with_its_channel_is_held_in_its_next_one_s_place_and_a_further_one_is_dropped()
    {
        await using var worker = await WorkerHarness.StartAsync();
        var grant = WorkerHarness.Grant("echo up; while [ ! -e go ]; do sleep 0.05; done");
        worker.Board.Offer(grant);
        using var channel = new CancellationTokenSource();
        var first = Deliver(worker, grant, channel.Token);
        await Eventually.Async(() => worker.Out(grant.RunId) == "up\n");

        await Deliver(worker, grant).WaitAsync(Eventually.Deadline);
        await channel.CancelAsync();
        await first.WaitAsync(Eventually.Deadline);
        var again = Deliver(worker, grant);
        await Deliver(worker, grant).WaitAsync(Eventually.Deadline);

        Assert.False(again.IsCompleted);
        Go(worker, grant);
        await again.WaitAsync(Eventually.Deadline);
        Assert.Single(worker.Board.Claims.SelectMany(c => c.Claims));
    }

    private static Task Deliver(WorkerHarness worker, Grant grant, CancellationToken ct = default) =>
        worker.Life.Intake.TakeAsync(new RunOffered(grant.RunId, grant.TaskKey, grant.Lane, grant.Attempt), hasBroker: true, Never, ct);

    private static void Go(WorkerHarness worker, Grant grant) =>
        File.WriteAllText(Path.Combine(worker.Home, "runs", grant.RunId.ToString(), "workspace", "go"), "");
}
