using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;

namespace Kanban.Bus.Tests.Tasks;

/// <summary>When a task should have ended: shown, listed, and nothing acts on it.</summary>
public abstract class DueSpec<TStore> : TaskSpec<TStore> where TStore : TestStore, new()
{
    [Fact]
    public async Task Tasks_are_listed_by_their_due_time_and_those_past_it_are_overdue_until_they_end()
    {
        var now = await Store.NowAsync();
        foreach (var hours in new int?[] { 3, null, 1, 2, 1 })
            await People.CreateAsync(new("t", "shell", Due: hours is { } h ? now.AddHours(h).ToOffset(TimeSpan.FromHours(2)) : null));
        await Store.AdvanceAsync(TimeSpan.FromHours(2.5));
        await People.CancelAsync("main-5");

        var first = (await People.ListAsync("sort=due&limit=2")).Value<Page<TaskView>>();
        var rest = (await People.ListAsync($"sort=due&limit=2&after={Uri.EscapeDataString(first.NextCursor!)}")).Value<Page<TaskView>>();

        Assert.Equal([("main-3", true), ("main-5", false), ("main-4", true), ("main-1", false)], first.Items.Concat(rest.Items).Select(t => (t.Key, t.Overdue)));
        Assert.Equal(now.AddHours(1), first.Items[0].Due);
        Assert.Null(rest.NextCursor);
        Assert.Equal(["main-4", "main-3"], (await People.ListAsync("overdue=true")).Tasks.Select(t => t.Key));
        Assert.Equal(["main-5", "main-2", "main-1"], (await People.ListAsync("overdue=false")).Tasks.Select(t => t.Key));
        (await People.ListAsync($"after={Uri.EscapeDataString(first.NextCursor!)}")).Refused(400, "invalid");
        Assert.Contains("'due'", (await People.ListAsync("sort=oldest")).Refused(400, "invalid"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_due_time_can_be_changed_and_taken_away_also_while_the_task_runs()
    {
        var due = (await Store.NowAsync()).AddHours(1);
        await CreateAsync("t");
        await StartAsync("main-1");

        Assert.Equal(due, (await People.EditAsync("main-1", $$"""{"due":"{{due:O}}"}""")).Task.Due);
        Assert.Null((await People.EditAsync("main-1", """{"due":null}""")).Task.Due);
        Assert.Equal("/due", (await People.EditAsync("main-1", """{"due":"9999-12-31T00:00:00Z"}""")).Fault().Pointer);
    }
}
