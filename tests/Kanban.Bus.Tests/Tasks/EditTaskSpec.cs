using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Tests.Tasks;

/// <summary>Merge patches: what is absent stays, null clears, and an offer that is no longer true is withdrawn.</summary>
public abstract class EditTaskSpec<TStore> : TaskSpec<TStore> where TStore : TestStore, new()
{
    [Fact]
    public async Task What_is_absent_stays_and_null_clears()
    {
        var task = (await People.CreateAsync(new("t", "shell", Body: "echo", Host: "h1", Needs: ["cuda"], Priority: 5, Labels: ["a", "b"], MaxRuntimeSeconds: 60))).Task;

        var edited = (await People.EditAsync(task.Key, """{"host":null,"labels":["c"],"maxRuntimeSeconds":null}""")).Task;

        Assert.Equal((null, 5, null), (edited.Host, edited.Priority, edited.MaxRuntimeSeconds));
        Assert.Equal(["cuda"], edited.Needs);
        Assert.Equal(["c"], edited.Labels);
        Assert.Equal("echo", (await People.ShowAsync(task.Key)).Value<TaskDetail>().Body);
        Assert.Equal("cuda", (await Store.TaskAsync(await IdAsync(task.Key))).RequirementSet);
    }

    [Fact]
    public async Task An_edit_is_in_the_history_field_by_field()
    {
        var task = await CreateAsync("old");

        await People.EditAsync(task.Key, """{"title":"new","body":"12345","priority":0}""");

        var edited = await Store.ReadAsync(db => db.Events.SingleAsync(e => e.Type == EventTypes.TaskEdited));
        Assert.Equal("""{"title":{"from":"old","to":"new"},"body":{"fromBytes":0,"toBytes":5}}""", edited.Data);
    }

    [Fact]
    public async Task An_edit_that_changes_nothing_leaves_the_version()
    {
        var task = await CreateAsync("t");

        Assert.Equal(task.Version, (await People.EditAsync(task.Key, """{"title":"t"}""")).Task.Version);
    }

    [Fact]
    public async Task If_Match_lets_one_of_two_editors_through()
    {
        var task = await CreateAsync("t");

        var first = await People.EditAsync(task.Key, """{"title":"mine"}""", $"\"{task.Version}\"");
        var second = await People.EditAsync(task.Key, """{"title":"yours"}""", $"\"{task.Version}\"");

        Assert.Equal(200, first.Status);
        second.Refused(412, "version-mismatch");
        Assert.Equal("mine", (await ShowAsync(task.Key)).Title);
    }

    [Fact]
    public async Task Edits_without_If_Match_at_the_same_moment_all_take_hold()
    {
        var task = await CreateAsync("t");

        var answers = await Task.WhenAll(Enumerable.Range(1, 20).Select(i => Task.Run(() => People.EditAsync(task.Key, $$"""{"priority":{{i}}}"""))));

        Assert.All(answers, a => Assert.Equal(200, a.Status));
        Assert.Equal(task.Version + 20, (await ShowAsync(task.Key)).Version);
    }

    [Theory]
    [InlineData("""{"lane":"other"}""")]
    [InlineData("""{"needs":["cuda"]}""")]
    [InlineData("""{"host":"h9"}""")]
    public async Task Another_queue_withdraws_the_offer_and_is_refused_while_it_runs(string patch)
    {
        await Store.AddLaneAsync("other");
        var offered = await CreateAsync("offered");
        var run = await OfferAsync(offered.Key);
        var edited = (await People.EditAsync(offered.Key, patch)).Task;
        var running = await CreateAsync("running");
        await StartAsync(running.Key);

        Assert.Equal((Status.Ready, null), (edited.Status, edited.Run));
        Assert.Equal(nameof(RunState.Withdrawn), (await Store.RunAsync(run)).State);
        (await People.EditAsync(running.Key, patch)).Refused(409, "refused-by-state");
        Assert.Equal(200, (await People.EditAsync(running.Key, """{"title":"while it runs","priority":3}""")).Status);
    }

    [Fact]
    public async Task Other_fields_leave_the_offer_standing()
    {
        var task = await CreateAsync("t");
        var run = await OfferAsync(task.Key);

        await People.EditAsync(task.Key, """{"title":"better","body":"echo 2","labels":["x"]}""");

        Assert.True((await Store.RunAsync(run)).Live);
    }

    [Fact]
    public async Task A_time_moves_a_task_that_waits_and_no_other()
    {
        var ready = await CreateAsync("ready");
        var run = await OfferAsync(ready.Key);
        var blocked = await CreateAsync("blocked");
        await People.BlockAsync(blocked.Key);

        var later = (await People.EditAsync(ready.Key, """{"notBefore":"2026-01-02T00:00:00Z"}""")).Task;
        Assert.Equal((Status.Scheduled, RunState.Withdrawn), (later.Status, (await Store.RunAsync(run)).StateName));
        Assert.Equal(Status.Ready, (await People.EditAsync(ready.Key, """{"notBefore":null}""")).Task.Status);
        Assert.Equal(Status.Blocked, (await People.EditAsync(blocked.Key, """{"notBefore":"2026-01-02T00:00:00Z"}""")).Task.Status);
        Assert.Equal(Status.Scheduled, (await People.UnblockAsync(blocked.Key)).Task.Status);
    }

    [Theory]
    [InlineData("""{"title":null}""", "/title")]
    [InlineData("""{"title":"two\nlines"}""", "/title")]
    [InlineData("""{"body":"a\u0000b"}""", "/body")]
    [InlineData("""{"needs":["CUDA"]}""", "/needs")]
    [InlineData("""{"labels":[null]}""", "/labels")]
    [InlineData("""{"host":"Host"}""", "/host")]
    [InlineData("""{"priority":1001}""", "/priority")]
    [InlineData("""{"maxRuntimeSeconds":0}""", "/maxRuntimeSeconds")]
    [InlineData("""{"notBefore":"9999-06-01T00:00:00Z"}""", "/notBefore")]
    [InlineData("""{"lane":"shelll"}""", "/lane")]
    public async Task Bad_fields_are_refused_where_they_are(string patch, string pointer)
    {
        var task = await CreateAsync("t");

        var answer = await People.EditAsync(task.Key, patch);

        Assert.Equal((400, pointer), (answer.Status, answer.Fault().Pointer));
        Assert.Equal(task.Version, (await ShowAsync(task.Key)).Version);
    }

    [Fact]
    public async Task Only_a_task_in_triage_may_lose_its_lane()
    {
        var task = await CreateAsync("t");

        (await People.EditAsync(task.Key, """{"lane":null}""")).Refused(409, "refused-by-state");
        await People.MoveAsync(task.Key, Status.Triage);
        Assert.Null((await People.EditAsync(task.Key, """{"lane":null}""")).Task.Lane);
    }
}
