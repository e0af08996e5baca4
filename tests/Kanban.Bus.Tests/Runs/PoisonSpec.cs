using Kanban.Bus.Board.Runs;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Board.Tasks;
using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;

namespace Kanban.Bus.Tests.Runs;

/// <summary>A task that may be what ends its workers is counted, slowed down and set aside, and does not go round the fleet.</summary>
public abstract class PoisonSpec<TStore> : StoreSpec<TStore> where TStore : TestStore, new()
{
    [Fact]
    public async Task A_task_that_is_lost_again_and_again_is_set_aside_for_a_person_and_says_where_it_was_lost()
    {
        var task = await TaskAsync(maxAttempts: 3);

        await LoseAsync("w1");
        await LoseAsync("w2");
        await LoseAsync("w1");

        var row = await Store.TaskAsync(task);
        Assert.Equal((Status.Blocked, 3, "w1,w2,w1"), (row.Status, row.Attempts, row.LostOn));
        Assert.Contains("set aside after 3 of 3 attempts: it was lost on worker w1 (2 times), worker w2", row.Reason, StringComparison.Ordinal);
        Assert.Empty(await Store.AdmitAsync());
    }

    [Fact]
    public async Task The_first_loss_is_tried_again_at_once_and_from_the_second_on_the_wait_doubles()
    {
        var task = await TaskAsync(maxAttempts: 9);
        var waits = new List<TimeSpan>();
        for (var loss = 1; loss <= 4; loss++)
        {
            await LoseAsync("w1");
            var row = await Store.TaskAsync(task);
            waits.Add(row.NotBefore is { } at ? at - await Store.NowAsync() : TimeSpan.Zero);
        }

        Assert.Equal(TimeSpan.Zero, waits[0]);
        // Half of each is jitter.
        Assert.InRange(waits[1].TotalSeconds, 5, 10);
        Assert.InRange(waits[2].TotalSeconds, 10, 20);
        Assert.InRange(waits[3].TotalSeconds, 20, 40);
    }

    [Fact]
    public async Task Failures_do_not_count_as_losses_and_end_as_failed()
    {
        var task = await TaskAsync(maxAttempts: 2);

        await LoseAsync("w1");
        await Store.FinishAsync("w1", new FinishItem(await HoldAsync("w1"), 2, Outcome.Failed, "it went wrong"));

        Assert.Equal((Status.Failed, "w1"), ((await Store.TaskAsync(task)).Status, (await Store.TaskAsync(task)).LostOn));
    }

    [Fact]
    public async Task A_person_who_retries_it_gives_it_all_its_attempts_again()
    {
        var task = await TaskAsync(maxAttempts: 2);
        await LoseAsync("w1");
        await LoseAsync("w2");
        var key = (await Store.TaskAsync(task)).Key;

        await new People(Store).RetryAsync(key);

        var row = await Store.TaskAsync(task);
        Assert.Equal((Status.Ready, 0, ""), (row.Status, row.Attempts, row.LostOn));
    }

    [Fact]
    public async Task A_lost_run_that_is_taken_up_again_is_no_loss()
    {
        var task = await TaskAsync(maxAttempts: 2);
        var run = await HoldAsync("w1");
        await Store.SendAsync(new LoseRun(run, "silent", await Store.NowAsync()));

        await Store.UseAsync(s => s.GetRequiredService<RunResumption>().ResumeAsync("w1", [new HeldRun(run, 1)], default));

        Assert.Equal((Status.Running, 0, ""), ((await Store.TaskAsync(task)).Status, (await Store.TaskAsync(task)).Attempts, (await Store.TaskAsync(task)).LostOn));
    }

    private async Task<Guid> TaskAsync(int maxAttempts)
    {
        await Store.AddLaneAsync("shell", lane => (lane.MaxAttempts, lane.BackoffSeconds) = (maxAttempts, 10));
        await Store.AddWorkerAsync("w1", "shell=1");
        await Store.AddWorkerAsync("w2", "shell=1");
        return (await Store.AddTaskAsync("shell")).Id;
    }

    private async Task<Guid> HoldAsync(string worker)
    {
        // A wait of its own may hold it; and workers it was not lost on come first, for a moment.
        await Store.AdvanceAsync(TimeSpan.FromHours(1));
        await Store.UseAsync(async (BoardDbContext db) => await db.ReleaseDueAsync(await db.NowAsync(default), default));
        var run = Assert.Single(await Store.AdmitAsync()).RunId;
        await Store.AdvanceAsync(HostFaults.Moment);
        Assert.NotNull((await Store.ClaimAsync(worker, run)).Grant);
        return run;
    }

    private async Task LoseAsync(string worker) => await Store.SendAsync(new LoseRun(await HoldAsync(worker), "no heartbeat", await Store.NowAsync()));
}
