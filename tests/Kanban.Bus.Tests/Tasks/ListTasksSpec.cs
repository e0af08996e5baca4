using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;

namespace Kanban.Bus.Tests.Tasks;

/// <summary>Lists: filters that mean what they say, and pages that neither skip nor repeat while rows come and go.</summary>
public abstract class ListTasksSpec<TStore> : TaskSpec<TStore> where TStore : TestStore, new()
{
    [Fact]
    public async Task Pages_neither_skip_nor_repeat_while_tasks_are_added()
    {
        await People.CreateManyAsync([.. Enumerable.Range(0, 25).Select(i => new CreateTask($"t{i}", "shell"))]);
        var seen = new List<string>();
        string? after = null;
        do
        {
            var page = (await People.ListAsync($"limit=7{(after is null ? "" : "&after=" + after)}")).Value<Page<TaskView>>();
            seen.AddRange(page.Items.Select(t => t.Key));
            after = page.NextCursor;
            await CreateAsync("new");
        }
        while (after is not null);

        Assert.Equal(Enumerable.Range(1, 25).Reverse().Select(i => $"main-{i}"), seen);
    }

    [Fact]
    public async Task A_last_page_that_is_just_full_has_no_cursor()
    {
        await People.CreateManyAsync([.. Enumerable.Range(0, 4).Select(i => new CreateTask($"t{i}", "shell"))]);

        Assert.Null((await People.ListAsync("limit=4")).Value<Page<TaskView>>().NextCursor);
        Assert.NotNull((await People.ListAsync("limit=3")).Value<Page<TaskView>>().NextCursor);
    }

    [Fact]
    public async Task By_priority_goes_highest_first_then_oldest()
    {
        await People.CreateManyAsync([.. new[] { 0, 5, -5, 5, 0 }.Select(p => new CreateTask($"p{p}", "shell", Priority: p))]);

        var first = (await People.ListAsync("sort=priority&limit=3")).Value<Page<TaskView>>();
        var second = (await People.ListAsync($"sort=priority&limit=3&after={first.NextCursor}")).Value<Page<TaskView>>();

        Assert.Equal(["main-2", "main-4", "main-1", "main-5", "main-3"], first.Items.Concat(second.Items).Select(t => t.Key));
    }

    [Fact]
    public async Task Filters_mean_what_they_say()
    {
        await Store.AddBoardAsync("web");
        await Store.AddLaneAsync("gpu");
        await People.CreateAsync(new("Build the Website", "shell", Board: "web", Labels: ["ab", "b"]));
        await People.CreateAsync(new("100% sure_thing", "gpu", Host: "h1", Labels: ["a"]));
        await People.CreateAsync(new("plain", "shell"));
        var put = await CreateAsync("put away");
        await People.ArchiveAsync(put.Key);
        await People.BlockAsync("main-2");

        Assert.Equal(["main-2", "main-1", "web-1"], await KeysAsync(""));
        Assert.Equal(["web-1"], await KeysAsync("board=web"));
        Assert.Equal(["main-1"], await KeysAsync("lane=gpu"));
        Assert.Equal(["main-1"], await KeysAsync("host=h1"));
        Assert.Equal(["main-1"], await KeysAsync("label=a"));
        Assert.Equal(["main-2"], await KeysAsync("status=blocked"));
        Assert.Equal(["main-2", "main-1", "web-1"], await KeysAsync("status=blocked,ready"));
        Assert.Equal(["web-1"], await KeysAsync("q=WEBsite"));
        Assert.Equal(["main-1"], await KeysAsync("q=%25"));
        Assert.Equal(["main-1"], await KeysAsync("q=e_t"));
        Assert.Equal(["main-2"], await KeysAsync("q=main-2"));
        Assert.Equal([put.Key], await KeysAsync("archived=true"));
    }

    [Fact]
    public async Task The_host_filter_finds_what_runs_there()
    {
        var task = await CreateAsync("t");
        await StartAsync(task.Key);

        Assert.Equal([task.Key], await KeysAsync("host=host-1"));
        Assert.Empty(await KeysAsync("host=host-2"));
    }

    [Theory]
    [InlineData("statuss=ready", "Did you mean 'status'?")]
    [InlineData("status=redy", "Did you mean 'ready'?")]
    [InlineData("lane=shel", "Did you mean 'shell'?")]
    [InlineData("board=mian", "Did you mean 'main'?")]
    [InlineData("sort=age", "'newest', 'priority' or 'due'")]
    [InlineData("limit=0", "1 to 200")]
    [InlineData("limit=201", "1 to 200")]
    [InlineData("after=xyz", "cursor")]
    [InlineData("after=!!", "cursor")]
    public async Task A_slip_of_the_pen_is_refused(string query, string says)
    {
        var answer = await People.ListAsync(query);

        Assert.Equal(400, answer.Status);
        Assert.Contains(says, answer.Fault().Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cursor_of_another_sort_is_refused()
    {
        await People.CreateManyAsync(new("a", "shell"), new("b", "shell"));
        var cursor = (await People.ListAsync("limit=1")).Value<Page<TaskView>>().NextCursor;

        Assert.Equal(400, (await People.ListAsync($"sort=priority&after={cursor}")).Status);
    }

    [Fact]
    public async Task A_running_task_shows_its_run_with_its_heartbeat()
    {
        var task = await CreateAsync("t");
        await StartAsync(task.Key);

        var run = (await People.ListAsync()).Tasks.Single().Run!;

        Assert.Equal((RunState.Running, "w1", "host-1", 1, await Store.NowAsync()), (run.State, run.WorkerId, run.Host, run.Number, run.HeartbeatAt));
    }

    [Fact]
    public async Task Everything_that_hangs_on_a_task_is_shown_with_it()
    {
        var parent = await CreateAsync("p");
        var child = await CreateAsync("c", parents: parent.Key);
        var run = await StartAsync(parent.Key);
        await Store.FinishAsync("w1", new FinishItem(run, 1, Outcome.Succeeded, Summary: "42", Metadata: System.Text.Json.JsonElement.Parse("""{"n":1}""")));

        var shown = (await People.ShowAsync(parent.Key)).Value<TaskDetail>();

        Assert.Equal((child.Key, Status.Ready), (shown.Children.Single().Key, shown.Children.Single().Status));
        Assert.Equal(("42", 1), (shown.Task.Summary, shown.Metadata!.Value.GetProperty("n").GetInt32()));
        Assert.Equal(RunState.Succeeded, shown.Runs.Single().State);
        Assert.Equal("42", (await People.ShowAsync(child.Key)).Value<TaskDetail>().Parents.Single().Summary);
    }

    private async Task<IEnumerable<string>> KeysAsync(string query) => (await People.ListAsync(query)).Tasks.Select(t => t.Key);
}
