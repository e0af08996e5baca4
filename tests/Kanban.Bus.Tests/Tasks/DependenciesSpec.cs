using Kanban.Bus.Board.Admission;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Board.Tasks;
using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Tests.Tasks;

/// <summary>Parents and time let go of tasks once, never early and never not at all (P4, P5).</summary>
public abstract class DependenciesSpec<TStore> : TaskSpec<TStore> where TStore : TestStore, new()
{
    [Fact]
    public async Task A_run_that_succeeds_releases_the_children_that_waited_for_it_alone()
    {
        var parent = await CreateAsync("p");
        var other = await CreateAsync("other");
        var alone = await CreateAsync("alone", parents: parent.Key);
        var both = await CreateAsync("both", parents: [parent.Key, other.Key]);
        await Store.AddWorkerAsync("w1", "shell=1");
        var run = (await Store.AdmitAsync()).Single().RunId;
        await Store.ClaimAsync("w1", run);

        await Store.FinishAsync("w1", new FinishItem(run, 1, Outcome.Succeeded));

        Assert.Equal((Status.Ready, Status.Todo), (await StatusAsync(alone.Key), await StatusAsync(both.Key)));
    }

    [Fact]
    public async Task Of_two_parents_that_end_at_the_same_moment_one_releases_the_child()
    {
        for (var round = 0; round < 15; round++)
        {
            var (p, q) = (await CreateAsync("p"), await CreateAsync("q"));
            var child = await CreateAsync("c", parents: [p.Key, q.Key]);

            await Task.WhenAll(Task.Run(() => People.MoveAsync(p.Key, Status.Done)), Task.Run(() => People.MoveAsync(q.Key, Status.Done)));

            Assert.Equal(Status.Ready, await StatusAsync(child.Key));
            Assert.Equal([EventTypes.TaskCreated, EventTypes.TaskMoved], await EventsAsync(child.Key));
        }
    }

    [Theory]
    [InlineData(Status.Failed, "failed")]
    [InlineData(Status.Cancelled, "cancelled")]
    public async Task A_parent_that_fails_or_is_cancelled_holds_its_children_and_they_say_so(Status ended, string word)
    {
        var parent = await CreateAsync("p");
        var child = await CreateAsync("c", parents: parent.Key);

        await People.MoveAsync(parent.Key, ended);
        await ReleaseDueAsync();

        var held = await ShowAsync(child.Key);
        Assert.Equal(Status.Todo, held.Status);
        Assert.Contains($"parent {parent.Key} ", held.Wait, StringComparison.Ordinal);
        Assert.Contains(word, held.Wait, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_parent_that_is_done_no_more_holds_the_children_that_have_not_started()
    {
        var parent = await CreateAsync("p");
        await People.MoveAsync(parent.Key, Status.Done);
        var offered = await CreateAsync("offered", parents: parent.Key);
        var run = await OfferAsync(offered.Key);
        var running = await CreateAsync("running", parents: parent.Key);
        await StartAsync(running.Key);
        var timed = (await People.CreateAsync(new("timed", "shell", Parents: [parent.Key], NotBefore: await Store.NowAsync() + TimeSpan.FromHours(1)))).Task;
        var parked = (await People.CreateAsync(new("parked", "shell", Parents: [parent.Key], Status: Status.Scheduled))).Task;

        await People.RetryAsync(parent.Key);

        Assert.Equal([Status.Todo, Status.Running, Status.Todo, Status.Scheduled],
            [await StatusAsync(offered.Key), await StatusAsync(running.Key), await StatusAsync(timed.Key), await StatusAsync(parked.Key)]);
        Assert.Equal(nameof(RunState.Withdrawn), (await Store.RunAsync(run)).State);

        await People.MoveAsync(parent.Key, Status.Done);
        Assert.Equal((Status.Ready, Status.Scheduled), (await StatusAsync(offered.Key), await StatusAsync(timed.Key)));
    }

    [Fact]
    public async Task A_child_made_while_its_parent_ends_is_never_left_waiting_and_never_early()
    {
        for (var round = 0; round < 15; round++)
        {
            var parent = await CreateAsync("p");

            var child = Task.Run(() => CreateAsync("c", parents: parent.Key));
            await Task.Run(() => People.MoveAsync(parent.Key, Status.Done));

            Assert.Equal(Status.Ready, await StatusAsync((await child).Key));
        }
    }

    [Fact]
    public async Task Time_lets_go_of_a_task_when_it_has_come()
    {
        var task = (await People.CreateAsync(new("t", "shell", NotBefore: await Store.NowAsync() + TimeSpan.FromMinutes(5)))).Task;

        await Store.AdvanceAsync(TimeSpan.FromMinutes(4));
        await ReleaseDueAsync();
        Assert.Equal(Status.Scheduled, await StatusAsync(task.Key));

        await Store.AdvanceAsync(TimeSpan.FromMinutes(1));
        await ReleaseDueAsync();
        Assert.Equal(Status.Ready, await StatusAsync(task.Key));
    }

    [Fact]
    public async Task A_task_whose_time_has_come_still_waits_for_its_parents()
    {
        var parent = await CreateAsync("p");
        var child = (await People.CreateAsync(new("c", "shell", NotBefore: await Store.NowAsync() + TimeSpan.FromMinutes(5)))).Task;
        await People.LinkAsync(child.Key, parent.Key);

        await Store.AdvanceAsync(TimeSpan.FromMinutes(6));
        await ReleaseDueAsync();

        Assert.Equal(Status.Todo, await StatusAsync(child.Key));
    }

    [Fact]
    public async Task What_a_crash_left_waiting_is_found_and_released_once_by_several_replicas()
    {
        var parent = await CreateAsync("p");
        var child = await CreateAsync("c", parents: parent.Key);
        await PutAsync(parent.Key, Status.Done);

        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Task.Run(ReleaseDueAsync)));

        Assert.Equal(Status.Ready, await StatusAsync(child.Key));
        Assert.Equal([EventTypes.TaskCreated, EventTypes.TaskMoved], await EventsAsync(child.Key));
    }

    [Fact]
    public async Task More_children_than_one_transaction_releases_all_start_in_the_end()
    {
        var parent = await CreateAsync("p");
        for (var i = 0; i < 2; i++)
            await People.CreateManyAsync([.. Enumerable.Range(0, 900).Select(n => new CreateTask($"c{n}", "shell", Parents: [parent.Key]))]);

        await People.MoveAsync(parent.Key, Status.Done);
        Assert.Equal(Dependencies.ReleaseLimit, await CountAsync(Status.Ready));
        Assert.True(Store.Services.GetRequiredService<AdmissionSignal>().TakeReleaseMore());
        await ReleaseDueAsync();

        Assert.Equal((1800, 0), (await CountAsync(Status.Ready), await CountAsync(Status.Todo)));
    }

    [Fact]
    public async Task A_chain_of_10000_unlocks_link_by_link()
    {
        string? last = null;
        for (var block = 0; block < 10; block++)
        {
            var first = last;
            var tasks = (await People.CreateManyAsync([.. Enumerable.Range(0, 1000)
                .Select(i => new CreateTask($"t{i}", "shell", Parents: i > 0 ? [$"#{i - 1}"] : first is null ? null : [first]))])).Tasks;
            last = tasks[^1].Key;
        }

        // From the first to the tenth by the rules; the middle as if it were done; then the last ten.
        for (var number = 1; number <= 10; number++)
            Assert.Equal(200, (await People.MoveAsync($"main-{number}", Status.Done)).Status);
        Assert.Equal((1, Status.Ready), (await CountAsync(Status.Ready), await StatusAsync("main-11")));
        await Store.UseAsync((BoardDbContext db) => db.Tasks.Where(t => t.Number > 10 && t.Number < 9990).ExecuteUpdateAsync(set => set.SetProperty(t => t.Status, Status.Done)));
        for (var number = 9990; number < 10000; number++)
            await People.MoveAsync($"main-{number}", Status.Done);

        Assert.Equal(Status.Ready, await StatusAsync("main-10000"));
        // The way down is 10,000 links long; one statement walks it.
        (await People.LinkAsync("main-1", "main-10000")).Refused(409, "cycle");
    }

    private Task<int> CountAsync(Status status) => Store.ReadAsync(db => db.Tasks.CountAsync(t => t.Status == status));
}
