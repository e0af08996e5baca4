using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Tests.Tasks;

/// <summary>The graph: no cycle, whoever draws it and when; a link takes hold at once (P5).</summary>
public abstract class LinkTasksSpec<TStore> : TaskSpec<TStore> where TStore : TestStore, new()
{
    [Fact]
    public async Task A_link_holds_a_child_that_could_start_and_withdraws_its_offer()
    {
        var (parent, child) = (await ShowAsync((await CreateAsync("p")).Key), await CreateAsync("c"));
        await Store.AddWorkerAsync("w1", "shell=50");
        var run = (await Store.AdmitAsync()).Single(o => o.TaskKey == child.Key).RunId;

        var linked = (await People.LinkAsync(child.Key, parent.Key)).Task;

        Assert.Equal((Status.Todo, 1, 0), (linked.Status, linked.Parents, linked.ParentsDone));
        Assert.Equal(nameof(RunState.Withdrawn), (await Store.RunAsync(run)).State);
        Assert.Equal(Status.Ready, (await People.UnlinkAsync(child.Key, parent.Key)).Task.Status);
    }

    [Fact]
    public async Task A_link_twice_is_one_link_and_no_link_is_no_error()
    {
        var (a, b) = (await CreateAsync("a"), await CreateAsync("b"));

        await People.LinkAsync(b.Key, a.Key);
        var again = (await People.LinkAsync(b.Key, a.Key)).Task;
        await People.UnlinkAsync(b.Key, a.Key);

        Assert.Equal(1, again.Parents);
        Assert.Equal(0, (await People.UnlinkAsync(b.Key, a.Key)).Task.Parents);
        Assert.Equal([EventTypes.TaskCreated, EventTypes.TaskLinked, EventTypes.TaskMoved, EventTypes.TaskUnlinked, EventTypes.TaskMoved], await EventsAsync(b.Key));
    }

    [Fact]
    public async Task A_cycle_is_refused_and_named_across_boards()
    {
        await Store.AddBoardAsync("web");
        var a = await CreateAsync("a");
        var b = await CreateAsync("b", "web", a.Key);
        var c = await CreateAsync("c", "main", b.Key);

        var refused = (await People.LinkAsync(a.Key, c.Key)).Refused(409, "cycle");

        Assert.Contains($"{a.Key} → {b.Key} → {c.Key} → {a.Key}", refused, StringComparison.Ordinal);
        Assert.Equal(2, await Store.ReadAsync(db => db.TaskLinks.CountAsync()));
    }

    [Fact]
    public async Task A_task_can_not_wait_for_itself()
    {
        var a = await CreateAsync("a");

        (await People.LinkAsync(a.Key, a.Key)).Refused(409, "cycle");
    }

    [Fact]
    public async Task A_long_cycle_is_named_in_short()
    {
        var chain = (await People.CreateManyAsync([.. Enumerable.Range(0, 1000).Select(i => new CreateTask($"t{i}", "shell", Parents: i == 0 ? null : [$"#{i - 1}"]))])).Tasks;

        var refused = (await People.LinkAsync(chain[0].Key, chain[^1].Key)).Refused(409, "cycle");

        Assert.Contains("main-1 → main-2 ", refused, StringComparison.Ordinal);
        Assert.Contains("990 more", refused, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_edits_can_not_close_a_cycle_together()
    {
        for (var round = 0; round < 10; round++)
        {
            // Each edit alone is sound; both would close a → b → c → d → a.
            var (a, c) = (await CreateAsync("a"), await CreateAsync("c"));
            var (b, d) = (await CreateAsync("b", parents: a.Key), await CreateAsync("d", parents: c.Key));

            var answers = await Task.WhenAll(
                Task.Run(() => People.LinkAsync(c.Key, b.Key)),
                Task.Run(() => People.LinkAsync(a.Key, d.Key)));

            Assert.Single(answers, answer => answer.Status == 200);
            Assert.Single(answers, answer => answer.Status == 409);
        }
    }

    [Fact]
    public async Task Many_hands_linking_at_random_never_make_a_cycle()
    {
        var keys = (await People.CreateManyAsync([.. Enumerable.Range(0, 8).Select(i => new CreateTask($"t{i}", "shell"))])).Tasks.Select(t => t.Key).ToList();
        var random = new Random(42);
        var pairs = Enumerable.Range(0, 80).Select(_ => (keys[random.Next(8)], keys[random.Next(8)])).ToList();

        await Task.WhenAll(pairs.Select(p => Task.Run(() => People.LinkAsync(p.Item1, p.Item2))));

        var links = await Store.ReadAsync(db => db.TaskLinks.Select(l => new { l.ParentId, l.ChildId }).ToListAsync());
        Assert.NotEmpty(links);
        // Take away what has no parent until nothing is left: what stays would be a cycle.
        while (links.RemoveAll(l => !links.Exists(m => m.ChildId == l.ParentId)) > 0)
        {
        }

        Assert.Empty(links);
    }

    [Theory]
    [InlineData(Status.Done)]
    [InlineData(Status.Failed)]
    [InlineData(Status.Cancelled)]
    public async Task A_child_that_has_ended_can_not_wait_any_more(Status ended)
    {
        var (parent, child) = (await CreateAsync("p"), await CreateAsync("c"));
        await People.MoveAsync(child.Key, ended);

        (await People.LinkAsync(child.Key, parent.Key)).Refused(409, "refused-by-state");
        await People.MoveAsync(parent.Key, Status.Done);
        Assert.Equal(200, (await People.LinkAsync(child.Key, parent.Key)).Status);
    }

    [Fact]
    public async Task A_child_that_runs_can_not_wait_any_more()
    {
        var child = await CreateAsync("c");
        await StartAsync(child.Key);
        var parent = await CreateAsync("p");

        Assert.Contains("running", (await People.LinkAsync(child.Key, parent.Key)).Refused(409, "refused-by-state"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_blocked_child_stays_blocked_and_waits_once_it_is_unblocked()
    {
        var (parent, child) = (await CreateAsync("p"), await CreateAsync("c"));
        await People.BlockAsync(child.Key);

        Assert.Equal(Status.Blocked, (await People.LinkAsync(child.Key, parent.Key)).Task.Status);
        Assert.Equal(Status.Todo, (await People.UnblockAsync(child.Key)).Task.Status);
    }

    [Fact]
    public async Task Unknown_keys_are_named()
    {
        var a = await CreateAsync("a");

        Assert.Contains("'main-99'", (await People.LinkAsync(a.Key, "main-99")).Refused(404, "not-found"), StringComparison.Ordinal);
        Assert.Contains("Did you mean 'main-1'", (await People.LinkAsync("mian-1", a.Key)).Refused(404, "not-found"), StringComparison.Ordinal);
    }
}
