using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Tests.Tasks;

/// <summary>How tasks come to be: where they start, once for each idempotency key, all or none.</summary>
public abstract class CreateTaskSpec<TStore> : TaskSpec<TStore> where TStore : TestStore, new()
{
    [Fact]
    public async Task Keys_count_per_board_from_1()
    {
        await Store.AddBoardAsync("web");

        var keys = new[] { await CreateAsync("a"), await CreateAsync("b", board: "web"), await CreateAsync("c") }.Select(t => t.Key);

        Assert.Equal(["main-1", "web-1", "main-2"], keys);
    }

    [Fact]
    public async Task A_task_that_nothing_holds_is_ready_and_its_history_begins()
    {
        var task = await CreateAsync("hello");

        Assert.Equal((Status.Ready, 201), (task.Status, (await People.CreateAsync(new("again", "shell"))).Status));
        Assert.Equal((People.Name, 1), (task.CreatedBy, task.Version));
        Assert.Equal([EventTypes.TaskCreated], await EventsAsync(task.Key));
    }

    [Theory]
    [InlineData(null, null, Status.Ready)]
    [InlineData(Status.Todo, null, Status.Ready)]
    [InlineData(Status.Triage, null, Status.Triage)]
    [InlineData(Status.Blocked, null, Status.Blocked)]
    [InlineData(Status.Scheduled, null, Status.Scheduled)]
    [InlineData(null, 60, Status.Scheduled)]
    [InlineData(null, -60, Status.Ready)]
    [InlineData(Status.Scheduled, -60, Status.Ready)]
    public async Task Where_a_task_starts(Status? asked, int? seconds, Status starts)
    {
        var time = seconds is { } s ? await Store.NowAsync() + TimeSpan.FromSeconds(s) : (DateTimeOffset?)null;

        var task = (await People.CreateAsync(new("t", "shell", Status: asked, NotBefore: time))).Task;

        Assert.Equal(starts, task.Status);
    }

    [Fact]
    public async Task A_time_with_an_offset_is_the_same_instant()
    {
        var time = new DateTimeOffset(2026, 6, 1, 12, 0, 0, TimeSpan.FromHours(2));

        var task = (await People.CreateAsync(new("t", "shell", NotBefore: time))).Task;

        Assert.Equal(time.ToUniversalTime(), (await People.ShowAsync(task.Key)).Value<TaskDetail>().Task.NotBefore);
    }

    [Fact]
    public async Task A_parent_that_is_not_done_holds_a_new_child_and_one_that_is_does_not()
    {
        var open = await CreateAsync("open");
        var done = await CreateAsync("done");
        await People.MoveAsync(done.Key, Status.Done);

        var held = (await People.CreateAsync(new("child", "shell", Parents: [open.Key, done.Key]))).Task;
        var free = (await People.CreateAsync(new("child", "shell", Parents: [done.Key]))).Task;

        Assert.Equal((Status.Todo, 1, 2), (held.Status, held.ParentsDone, held.Parents));
        Assert.Contains(open.Key, held.Wait, StringComparison.Ordinal);
        Assert.Equal((Status.Ready, 1, 1), (free.Status, free.ParentsDone, free.Parents));
    }

    [Fact]
    public async Task Fifty_creators_with_one_key_make_one_task()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => People.CreateAsync(new("once", "shell", IdempotencyKey: "k")))));

        Assert.Single(answers, a => a.Status == 201);
        Assert.Equal(49, answers.Count(a => a.Status == 200));
        Assert.Single(answers.Select(a => a.Task.Key).Distinct());
        Assert.Equal(1, await Store.ReadAsync(db => db.Tasks.CountAsync()));
    }

    [Fact]
    public async Task A_key_is_good_for_one_content_per_board()
    {
        await Store.AddBoardAsync("web");
        var first = (await People.CreateAsync(new("one", "shell", Needs: ["b", "a"]), "k")).Task;

        var repeat = await People.CreateAsync(new("one", "shell", Board: "main", Body: "", Needs: ["a", "b", "a"]), "k");
        var other = await People.CreateAsync(new("two", "shell"), "k");
        var elsewhere = await People.CreateAsync(new("two", "shell", Board: "web"), "k");

        Assert.Equal((200, first.Key), (repeat.Status, repeat.Task.Key));
        Assert.Contains(first.Key, other.Refused(422, "idempotency-key-reused"), StringComparison.Ordinal);
        Assert.Equal("web-1", elsewhere.Task.Key);
    }

    [Fact]
    public async Task A_repeat_is_answered_with_the_task_as_it_stands_now()
    {
        var task = (await People.CreateAsync(new("one", "shell", IdempotencyKey: "k"))).Task;
        await People.MoveAsync(task.Key, Status.Done);

        Assert.Equal(Status.Done, (await People.CreateAsync(new("one", "shell", IdempotencyKey: "k"))).Task.Status);
    }

    [Fact]
    public async Task A_bulk_makes_a_graph_in_order()
    {
        var tasks = (await People.CreateManyAsync(
            new("build", "shell"), new("test", "shell", Parents: ["#0"]), new("ship", "shell", Parents: ["#0", "#1"]))).Tasks;

        Assert.Equal(["main-1", "main-2", "main-3"], tasks.Select(t => t.Key));
        Assert.Equal([Status.Ready, Status.Todo, Status.Todo], tasks.Select(t => t.Status));
        Assert.Equal(2, tasks[2].Parents);
        Assert.Equal(["main-3", "main-2", "main-1"], (await People.ListAsync()).Tasks.Select(t => t.Key));
    }

    [Fact]
    public async Task A_bulk_that_came_before_makes_nothing_twice()
    {
        CreateTask[] asked = [new("a", "shell", IdempotencyKey: "a"), new("b", "shell", Parents: ["#0"], IdempotencyKey: "b")];
        var first = (await People.CreateManyAsync(asked)).Tasks;

        var again = (await People.CreateManyAsync([.. asked, new CreateTask("c", "shell", Parents: ["#1"])])).Tasks;

        Assert.Equal(first.Select(t => t.Key), again.Take(2).Select(t => t.Key));
        Assert.Equal(3, await Store.ReadAsync(db => db.Tasks.CountAsync()));
        Assert.Equal(2, await Store.ReadAsync(db => db.TaskLinks.CountAsync()));
    }

    [Fact]
    public async Task One_wrong_item_refuses_the_whole_bulk_and_is_named()
    {
        var answer = await People.CreateManyAsync(new("good", "shell"), new("bad", "shel"));

        Assert.Equal("/tasks/1/lane", answer.Fault().Pointer);
        Assert.Equal(0, await Store.ReadAsync(db => db.Tasks.CountAsync()));
    }

    [Theory]
    [InlineData("#1")]
    [InlineData("#2")]
    [InlineData("#x")]
    [InlineData("#-1")]
    public async Task A_reference_names_an_earlier_task_of_the_request(string parent)
    {
        var answer = await People.CreateManyAsync(new("a", "shell"), new("b", "shell", Parents: [parent]));

        Assert.Equal("/tasks/1/parents", answer.Fault().Pointer);
    }

    [Fact]
    public async Task A_bulk_has_1_to_1000_tasks()
    {
        Assert.Equal(400, (await People.CreateManyAsync()).Status);
        Assert.Equal(413, (await People.CreateManyAsync([.. Enumerable.Range(0, 1001).Select(i => new CreateTask($"t{i}", "shell"))])).Status);
        Assert.Equal(1000, (await People.CreateManyAsync([.. Enumerable.Range(0, 1000).Select(i => new CreateTask($"t{i}", "shell"))])).Tasks.Count);
    }

    [Fact]
    public async Task Unknown_names_are_refused_with_the_nearest_known_one()
    {
        await Store.AddBoardAsync("web");
        await Store.AddWorkerAsync("w", "shell=1", capabilities: "cuda=12,gpu1");
        await CreateAsync("known");

        Assert.Contains("'shell'", (await People.CreateAsync(new("t", "shel"))).Refused(400, "unknown-lane"), StringComparison.Ordinal);
        Assert.Contains("'web'", (await People.CreateAsync(new("t", "shell", Board: "wbe"))).Refused(400, "unknown-board"), StringComparison.Ordinal);
        Assert.Contains("'main-1'", (await People.CreateAsync(new("t", "shell", Parents: ["main-7"]))).Refused(400, "unknown-task"), StringComparison.Ordinal);
        Assert.Contains("'cuda'", (await People.CreateAsync(new("t", "shell", Needs: ["cudaa>=12"]))).Refused(400, "unknown-capability"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_capability_that_no_worker_has_yet_is_waited_for()
    {
        await Store.AddWorkerAsync("w", "shell=1", capabilities: "gpu1");

        Assert.Equal(201, (await People.CreateAsync(new("t", "shell", Needs: ["docker", "gpu2"]))).Status);
    }

    [Fact]
    public async Task A_body_is_measured_in_bytes()
    {
        var fits = new string('é', Limits.BodyBytes / 2);

        Assert.Equal(201, (await People.CreateAsync(new("t", "shell", Body: fits))).Status);
        (await People.CreateAsync(new("t", "shell", Body: fits + "x"))).Refused(413, "too-large");
    }

    [Fact]
    public async Task Many_creators_on_one_board_get_numbers_without_gaps()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Task.Run(() => People.CreateAsync(new($"t{i}", "shell")))));

        Assert.Equal(Enumerable.Range(1, 40).Select(i => $"main-{i}"), answers.Select(a => a.Task.Key).OrderBy(k => int.Parse(k[5..], System.Globalization.CultureInfo.InvariantCulture)));
    }
}
