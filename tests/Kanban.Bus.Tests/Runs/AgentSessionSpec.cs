using Kanban.Bus.Board.Runs;
using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;

namespace Kanban.Bus.Tests.Runs;

/// <summary>What becomes of an agent's session: kept as soon as it is known, and given to the next run where it can go on with it.</summary>
public abstract class AgentSessionSpec<TStore> : StoreSpec<TStore> where TStore : TestStore, new()
{
    [Fact]
    public async Task The_next_run_of_a_task_goes_on_with_the_session_on_the_same_worker_alone()
    {
        await Store.AddLaneAsync("shell");
        await Store.AddWorkerAsync("w1", "shell=2");
        await Store.AddWorkerAsync("w2", "shell=2");
        await Store.AddTaskAsync("shell");

        var first = await ClaimAsync("w1");
        Assert.Null(first.Session);
        await Store.FinishAsync("w1", new FinishItem(first.RunId, first.FencingToken, Outcome.Released, Session: "s-1"));
        var second = await ClaimAsync("w1");
        Assert.Equal("s-1", second.Session);
        await Store.FinishAsync("w1", new FinishItem(second.RunId, second.FencingToken, Outcome.Released, Session: "s-1"));
        var third = await ClaimAsync("w2");
        Assert.Null(third.Session);
        await Store.FinishAsync("w2", new FinishItem(third.RunId, third.FencingToken, Outcome.Released));

        // Another worker has worked on it since: what the first one remembers is behind.
        Assert.Null((await ClaimAsync("w1")).Session);
    }

    [Fact]
    public async Task A_session_that_came_with_a_heartbeat_outlives_its_worker_and_only_the_holder_can_tell_one()
    {
        await Store.AddLaneAsync("shell");
        await Store.AddWorkerAsync("w1", "shell=2");
        await Store.AddTaskAsync("shell");
        var lost = await ClaimAsync("w1");

        await Store.UseAsync(db => db.KeepAsync("w2", [new RunProgress(lost.RunId, lost.FencingToken, "forged", null)], default));
        await Store.UseAsync(db => db.KeepAsync("w1", [new RunProgress(lost.RunId, lost.FencingToken - 1, "stale", null)], default));
        Assert.Null((await Store.RunAsync(lost.RunId)).Session);
        await Store.UseAsync(db => db.KeepAsync("w1", [new RunProgress(lost.RunId, lost.FencingToken, "s-1", new AgentUsage(7))], default));
        await Store.SendAsync(new LoseRun(lost.RunId, "its host is gone", await Store.NowAsync()));

        Assert.Contains("\"inputTokens\":7", (await Store.RunAsync(lost.RunId)).Usage, StringComparison.Ordinal);
        Assert.Equal("s-1", (await ClaimAsync("w1")).Session);
    }

    private async Task<Grant> ClaimAsync(string worker) =>
        (await Store.ClaimAsync(worker, Assert.Single(await Store.AdmitAsync()).RunId)).Grant!;
}
