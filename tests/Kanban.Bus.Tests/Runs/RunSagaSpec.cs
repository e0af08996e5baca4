using Kanban.Bus.Board.Runs;
using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Tests.Runs;

/// <summary>A run's claim and its finish, event by event: what moves it, what comes twice, and what is nobody's.</summary>
public abstract class RunSagaSpec<TStore> : RunSpec<TStore> where TStore : TestStore, new()
{
    [Fact]
    public async Task A_claim_grants_the_lease_and_starts_the_task()
    {
        var (task, run) = await OfferedAsync();

        var answer = await Store.ClaimAsync("w1", run);

        Assert.Equal(1, answer.Grant!.FencingToken);
        await ExpectAsync(run, RunState.Running, task, Status.Running);
        Assert.Equal(["run.offered", "run.started", "task.moved"], await Store.EventsAsync(task));
    }

    [Fact]
    public async Task A_second_worker_is_refused_what_the_first_holds()
    {
        var (_, run) = await HeldAsync();
        await Store.AddWorkerAsync("w2", "shell=2");

        Assert.Equal(ClaimRefusal.Held, (await Store.ClaimAsync("w2", run)).Refused);
        Assert.Equal("w1", (await Store.RunAsync(run)).WorkerId);
    }

    [Fact]
    public async Task Two_workers_that_claim_at_the_same_moment_get_one_lease()
    {
        var (task, run) = await OfferedAsync();
        await Store.AddWorkerAsync("w2", "shell=2");

        var answers = await Task.WhenAll(Store.ClaimAsync("w1", run), Store.ClaimAsync("w2", run));

        Assert.Single(answers, a => a.Grant is not null);
        Assert.Equal(ClaimRefusal.Held, Assert.Single(answers, a => a.Grant is null).Refused);
        Assert.Equal(1, (await Store.TaskAsync(task)).FencingToken);
    }

    [Fact]
    public async Task A_claim_whose_answer_was_lost_is_answered_again_with_the_same_lease()
    {
        var (_, run) = await OfferedAsync();
        var first = (await Store.ClaimAsync("w1", run)).Grant!;

        var again = (await Store.ClaimAsync("w1", run)).Grant!;

        Assert.Equal(first.FencingToken, again.FencingToken);
        Assert.NotEqual(first.RunToken, again.RunToken);
    }

    [Theory]
    [InlineData(Outcome.Succeeded, RunState.Succeeded, Status.Done)]
    [InlineData(Outcome.Review, RunState.Succeeded, Status.Review)]
    [InlineData(Outcome.Blocked, RunState.Failed, Status.Blocked)]
    [InlineData(Outcome.Failed, RunState.Failed, Status.Scheduled)]
    [InlineData(Outcome.TimedOut, RunState.TimedOut, Status.Scheduled)]
    [InlineData(Outcome.Lost, RunState.Lost, Status.Ready)]
    [InlineData(Outcome.Stopped, RunState.Lost, Status.Ready)]
    [InlineData(Outcome.Released, RunState.Withdrawn, Status.Ready)]
    public async Task A_finish_ends_the_run_and_moves_the_task(Outcome outcome, RunState state, Status status)
    {
        var (task, run) = await HeldAsync();

        var answer = await Store.FinishAsync("w1", new FinishItem(run, 1, outcome, Summary: "so it went"));

        Assert.Equal(FinishVerdict.Accepted, answer.Verdict);
        await ExpectAsync(run, state, task, status);
        Assert.False((await Store.RunAsync(run)).Live);
        Assert.Null((await Store.RunAsync(run)).Late);
        Assert.Null((await Store.TaskAsync(task)).LiveRunId);
        Assert.Equal(0, await Store.ReadAsync(db => db.Leases.CountAsync()));
        Assert.Contains("run.ended", await Store.EventsAsync(task));
    }

    [Theory]
    [InlineData(Outcome.Released, 0)]
    [InlineData(Outcome.Blocked, 0)]
    [InlineData(Outcome.Lost, 1)]
    [InlineData(Outcome.Failed, 1)]
    public async Task Only_what_failed_or_was_lost_is_charged_as_an_attempt(Outcome outcome, int attempts)
    {
        var (task, run) = await HeldAsync();

        await Store.FinishAsync("w1", new FinishItem(run, 1, outcome));

        Assert.Equal(attempts, (await Store.TaskAsync(task)).Attempts);
    }

    [Fact]
    public async Task The_same_finish_again_gets_the_stored_answer_and_changes_nothing()
    {
        var (task, run) = await HeldAsync();
        var finish = new FinishItem(run, 1, Outcome.Succeeded, Summary: "done");
        await Store.FinishAsync("w1", finish);
        var before = await Store.EventsAsync(task);

        var again = await Store.FinishAsync("w1", finish);

        Assert.Equal(new FinishAnswer(run, FinishVerdict.Repeated, RunState.Succeeded), again);
        Assert.Equal(before, await Store.EventsAsync(task));
        Assert.Null((await Store.RunAsync(run)).Late);
    }

    [Fact]
    public async Task A_stale_token_is_refused_and_the_lease_stands()
    {
        var (task, run) = await HeldAsync();

        var answer = await Store.FinishAsync("w1", new FinishItem(run, 0, Outcome.Succeeded));

        Assert.Equal(FinishVerdict.Late, answer.Verdict);
        await ExpectAsync(run, RunState.Running, task, Status.Running);
        Assert.Equal(1, await Store.ReadAsync(db => db.Leases.CountAsync()));
    }

    [Fact]
    public async Task A_finish_from_a_worker_that_never_held_the_run_is_unknown_and_changes_nothing()
    {
        var (task, run) = await HeldAsync();
        await Store.AddWorkerAsync("w2", "shell=2");

        var answer = await Store.FinishAsync("w2", new FinishItem(run, 1, Outcome.Succeeded));

        Assert.Equal(new FinishAnswer(run, FinishVerdict.Unknown, null), answer);
        await ExpectAsync(run, RunState.Running, task, Status.Running);
    }

    [Fact]
    public async Task Every_event_is_taken_or_ignored_in_every_final_state()
    {
        foreach (var state in new[] { RunState.Succeeded, RunState.Failed, RunState.Cancelled, RunState.TimedOut, RunState.Lost, RunState.Withdrawn })
        {
            var (task, run) = await HeldAsync();
            await Store.UseAsync(db => db.Runs.Where(r => r.CorrelationId == run)
                .ExecuteUpdateAsync(set => set.SetProperty(r => r.State, state.ToString()).SetProperty(r => r.Live, false)));
            await Store.UseAsync(db => db.Leases.ExecuteDeleteAsync());
            var now = await Store.NowAsync();

            await Store.SendAsync(new ClaimRun(run, "w1", "host-1", 0, [], TimeSpan.FromSeconds(30), now));
            await Store.SendAsync(new WithdrawOffer(run, "", "", now));
            await Store.SendAsync(new StopRun(run, "", "", now));
            await Store.SendAsync(new LoseRun(run, "", now));
            await Store.SendAsync(new FinishRun(run, 1, Outcome.Succeeded, null, null, 0, null, null, "worker:w1", now));

            Assert.Equal(state, (await Store.RunAsync(run)).StateName);
            Assert.Equal(0, await Store.ReadAsync(db => db.Leases.CountAsync()));
            Assert.Equal(Status.Running, (await Store.TaskAsync(task)).Status);
        }
    }

    [Fact]
    public async Task An_event_about_a_run_that_does_not_exist_is_dropped() =>
        await Store.SendAsync(new LoseRun(Guid.CreateVersion7(), "gone", await Store.NowAsync()));
}
