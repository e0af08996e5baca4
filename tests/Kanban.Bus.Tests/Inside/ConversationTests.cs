using System.Net;
using System.Text.Json;
using Kanban.Bus.Board.Fleet;
using Kanban.Bus.Board.Runs;
using Kanban.Bus.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Tests.Inside;

/// <summary>What people say to a task at work, and what it asks them.</summary>
public sealed class ConversationTests
{
    [Fact]
    public async Task A_comment_reaches_the_worker_with_its_heartbeat_until_the_run_has_seen_it()
    {
        await using var runs = await HeldRuns.StartAsync();
        var run = await runs.StartRunAsync();
        Assert.Equal(0, (await run.Kanban.RunAsync("comment", "my own words")).Code);
        Assert.Null((await OrdersAsync(runs, run)).Messages);
        await SayAsync(runs, run.Key, "use the other branch");

        var told = Assert.Single((await OrdersAsync(runs, run)).Messages!);
        Assert.Equal((run.Grant.RunId, "use the other branch", "key:admin"), (told.RunId, told.Comment.Text, told.Comment.By));
        Assert.Single((await OrdersAsync(runs, run)).Messages!);
        Assert.Null((await runs.TaskAsync(run.Key)).Comments.Single(c => c.RunId is null).SeenAt);

        var inbox = await run.Kanban.RunAsync("inbox", "-o", "json");
        Assert.Contains("use the other branch", inbox.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("my own words", inbox.Out, StringComparison.Ordinal);
        var seen = (await runs.TaskAsync(run.Key)).Comments.Single(c => c.RunId is null);
        Assert.Equal($"run:{run.Key}/1", seen.SeenBy);
        Assert.NotNull(seen.SeenAt);
        Assert.Null((await OrdersAsync(runs, run)).Messages);
        Assert.Equal("[]", (await run.Kanban.RunAsync("inbox", "-o", "json")).Out.Trim());
        Assert.Equal(1, await runs.Board.UseAsync(db => db.Events.CountAsync(e => e.Type == EventTypes.TaskCommentsSeen)));
    }

    [Fact]
    public async Task What_no_run_has_seen_is_seen_in_the_next_brief()
    {
        await using var runs = await HeldRuns.StartAsync();
        var run = await runs.StartRunAsync();
        await SayAsync(runs, run.Key, "mind the gap");
        await runs.FinishAsync(run, Outcome.Lost);

        var next = await runs.StartRunAsync(run.Key);

        Assert.Contains("> mind the gap", next.Grant.Brief, StringComparison.Ordinal);
        Assert.Equal($"run:{run.Key}/2", Assert.Single((await runs.TaskAsync(run.Key)).Comments).SeenBy);
    }

    [Fact]
    public async Task The_brief_that_people_see_is_just_what_the_run_was_given()
    {
        await using var runs = await HeldRuns.StartAsync();
        var parent = await runs.StartRunAsync();
        var child = (await parent.Kanban.RunAsync("create", "child", "--acceptance", "All tests pass.", "-o", "name")).Out.Trim();
        await runs.FinishAsync(parent, Outcome.Succeeded);
        await SayAsync(runs, child, "mind the gap");
        var before = await runs.People.GetStringAsync($"/api/v1/tasks/{child}/brief");

        var run = await runs.StartRunAsync(child);

        Assert.Contains("## It is done when\n\nAll tests pass.\n", run.Grant.Brief, StringComparison.Ordinal);
        Assert.Equal(run.Grant.Brief, before);
        Assert.Equal(run.Grant.Brief, await runs.People.GetStringAsync($"/api/v1/tasks/{child}/brief"));
    }

    [Fact]
    public async Task A_question_waits_without_a_slot_and_its_answer_is_what_the_next_run_reads()
    {
        await using var runs = await HeldRuns.StartAsync();
        var run = await runs.StartRunAsync();
        using var early = await AnswerAsync(runs, run.Key, "too early");
        Assert.Equal(HttpStatusCode.Conflict, early.StatusCode);

        await runs.FinishAsync(run, Outcome.Blocked, "which branch?", question: true);

        var asking = await runs.TaskAsync(run.Key);
        Assert.Equal((Status.Blocked, "which branch?", (RunView?)null), (asking.Task.Status, asking.Task.Question, asking.Task.Run));
        using var answer = await AnswerAsync(runs, run.Key, "the main one");
        answer.EnsureSuccessStatusCode();
        var answered = await runs.TaskAsync(run.Key);
        Assert.Equal((Status.Ready, (string?)null), (answered.Task.Status, answered.Task.Question));
        var next = await runs.StartRunAsync(run.Key);
        Assert.Contains("> the main one", next.Grant.Brief, StringComparison.Ordinal);
        Assert.Contains("> which branch?", next.Grant.Brief, StringComparison.Ordinal);
        Assert.False(next.Grant.Allowed);
    }

    [Fact]
    public async Task Who_answers_may_allow_what_was_asked_for_until_the_next_question()
    {
        await using var runs = await HeldRuns.StartAsync();
        var run = await runs.StartRunAsync();
        await runs.FinishAsync(run, Outcome.Blocked, "it was not allowed to push, and asks", question: true);

        using var answer = await AnswerAsync(runs, run.Key, "go on", allow: true);

        answer.EnsureSuccessStatusCode();
        var second = await runs.StartRunAsync(run.Key);
        Assert.True(second.Grant.Allowed);
        Assert.Contains("Answered the run's question and allowed what it asks for: it was not allowed to push", (await runs.People.GetFromJsonAsync<Page<EventView>>("/api/v1/events?type=task.answered", Json.Client))!.Items.Single().Text, StringComparison.Ordinal);
        await runs.FinishAsync(second, Outcome.Blocked, "and now?", question: true);
        using var unblocked = await runs.People.PostAsJsonAsync($"/api/v1/tasks/{run.Key}/unblock", new WithReason("never mind"), Json.Client);
        unblocked.EnsureSuccessStatusCode();
        Assert.False((await runs.StartRunAsync(run.Key)).Grant.Allowed);
    }

    [Fact]
    public async Task A_task_that_is_blocked_without_a_question_takes_no_answer()
    {
        await using var runs = await HeldRuns.StartAsync();
        var run = await runs.StartRunAsync();
        await runs.FinishAsync(run, Outcome.Blocked, "no key");

        using var answer = await AnswerAsync(runs, run.Key, "here you are");

        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        Assert.Empty((await runs.TaskAsync(run.Key)).Comments);
    }

    [Fact]
    public async Task An_agents_hook_brings_what_people_said_into_its_session_once()
    {
        await using var runs = await HeldRuns.StartAsync();
        var run = await runs.StartRunAsync();
        Assert.Equal((0, ""), await HookAsync("PostToolUse"));
        await SayAsync(runs, run.Key, "use the other branch");

        var (code, told) = await HookAsync("PostToolUse");

        Assert.Equal(0, code);
        var context = JsonElement.Parse(told).GetProperty("hookSpecificOutput");
        Assert.Equal("PostToolUse", context.GetProperty("hookEventName").GetString());
        Assert.EndsWith("> use the other branch", context.GetProperty("additionalContext").GetString(), StringComparison.Ordinal);
        Assert.Equal((0, ""), await HookAsync("Stop"));
        await SayAsync(runs, run.Key, "and this");
        var stop = JsonElement.Parse((await HookAsync("Stop")).Out);
        Assert.Equal("block", stop.GetProperty("decision").GetString());
        Assert.Contains("> and this", stop.GetProperty("reason").GetString(), StringComparison.Ordinal);

        async Task<(int Code, string Out)> HookAsync(string happened)
        {
            run.Kanban.Input = $$"""{"hook_event_name":"{{happened}}","tool_name":"Bash"}""";
            var ended = await run.Kanban.RunAsync("inbox", "--hook", "claude-code");
            return (ended.Code, ended.Out);
        }
    }

    [Fact]
    public async Task What_a_worker_spoke_into_an_agents_session_counts_as_seen_if_the_run_is_its_own()
    {
        await using var runs = await HeldRuns.StartAsync();
        var run = await runs.StartRunAsync();
        await SayAsync(runs, run.Key, "use the other branch");
        var id = (await runs.TaskAsync(run.Key)).Comments.Single().Id;
        Task HeardAsync(long token) => runs.Board.UseAsync(async db =>
        {
            await db.KeepAsync((await db.Workers.SingleAsync()).Id, [new RunProgress(run.Grant.RunId, token, null, null, [id])], default);
            return true;
        });

        await HeardAsync(run.Grant.FencingToken + 1);
        Assert.Equal(id, Assert.Single((await OrdersAsync(runs, run)).Messages!).Comment.Id);
        await HeardAsync(run.Grant.FencingToken);

        Assert.Null((await OrdersAsync(runs, run)).Messages);
        Assert.NotNull((await runs.TaskAsync(run.Key)).Comments.Single().SeenAt);
    }

    private static async Task SayAsync(HeldRuns runs, string key, string text) =>
        (await runs.People.PostAsJsonAsync($"/api/v1/tasks/{key}/comments", new AddComment(text), Json.Client)).EnsureSuccessStatusCode();

    private static Task<HttpResponseMessage> AnswerAsync(HeldRuns runs, string key, string text, bool allow = false) =>
        runs.People.PostAsJsonAsync($"/api/v1/tasks/{key}/answer", new AnswerTask(text, allow), Json.Client);

    /// <summary>What the worker's heartbeat is answered.</summary>
    private static Task<Orders> OrdersAsync(HeldRuns runs, HeldRunOfTest run) => runs.Board.UseAsync(async db => await HeartbeatEndpoint.OrdersAsync(
        db, await db.Workers.Include(w => w.Lanes).SingleAsync(), [new HeldRun(run.Grant.RunId, run.Grant.FencingToken)],
        runs.Board.App.Services.GetRequiredService<KnownQueues>(), default));
}
