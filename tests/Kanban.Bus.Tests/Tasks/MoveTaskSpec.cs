using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Tests.Tasks;

/// <summary>What hands may do to a task in each status, and what hangs on it: offers, runs, children.</summary>
public abstract class MoveTaskSpec<TStore> : TaskSpec<TStore> where TStore : TestStore, new()
{
    // Rows: where a task of the lane is, without parents or a time. Columns: where it is moved to. The cell: where it stands then, or -.
    private const string Moves =
        """
        from      triage todo  scheduled ready running blocked review done failed cancelled
        triage    triage ready scheduled ready -       blocked review done failed cancelled
        todo      triage ready scheduled ready -       blocked review done failed cancelled
        scheduled triage ready scheduled ready -       blocked review done failed cancelled
        ready     triage -     scheduled ready -       blocked review done failed cancelled
        running   -      -     -         -     -       -       -      -    -      -
        blocked   triage ready scheduled ready -       blocked review done failed cancelled
        review    triage ready scheduled ready -       blocked review done failed cancelled
        done      triage ready scheduled ready -       blocked review done failed cancelled
        failed    triage ready scheduled ready -       blocked review done failed cancelled
        cancelled triage ready scheduled ready -       blocked review done failed cancelled
        """;

    // Rows: what is done. Columns: where the task is. The cell: where it stands then, or -.
    private const string Deeds =
        """
        deed    triage    todo      scheduled ready     running blocked   review    done  failed cancelled
        block   blocked   blocked   blocked   blocked   -       blocked   blocked   -     -      -
        unblock -         -         -         -         -       ready     -         -     -      -
        cancel  cancelled cancelled cancelled cancelled running cancelled cancelled -     -      cancelled
        retry   -         -         -         -         -       ready     ready     ready ready  ready
        archive triage    todo      scheduled ready     -       blocked   review    done  failed cancelled
        """;

    [Theory]
    [InlineData(Status.Triage)]
    [InlineData(Status.Todo)]
    [InlineData(Status.Scheduled)]
    [InlineData(Status.Ready)]
    [InlineData(Status.Running)]
    [InlineData(Status.Blocked)]
    [InlineData(Status.Review)]
    [InlineData(Status.Done)]
    [InlineData(Status.Failed)]
    [InlineData(Status.Cancelled)]
    public async Task Moves_from(Status from)
    {
        var wrong = new List<string>();
        foreach (var (to, expected) in Cells(Moves, Words.Of(from)))
        {
            var key = await InAsync(from);
            var answer = await People.MoveAsync(key, Words.Parse<Status>(to), "because");
            var stands = answer.Status == 200 ? Words.Of(answer.Task.Status) : answer.Status == 409 ? "-" : $"{answer.Status}";
            if (stands != expected)
                wrong.Add($"{Words.Of(from)} → {to}: {stands}, not {expected}");
            if (expected == "-" && await StatusAsync(key) != from)
                wrong.Add($"{Words.Of(from)} → {to} was refused and moved the task to {await StatusAsync(key)}");
        }

        Assert.Empty(wrong);
    }

    [Theory]
    [InlineData("block")]
    [InlineData("unblock")]
    [InlineData("cancel")]
    [InlineData("retry")]
    [InlineData("archive")]
    public async Task Deeds_in_every_status(string deed)
    {
        var wrong = new List<string>();
        foreach (var (from, expected) in Cells(Deeds, deed))
        {
            var key = await InAsync(Words.Parse<Status>(from));
            var answer = deed switch
            {
                "block" => await People.BlockAsync(key),
                "unblock" => await People.UnblockAsync(key),
                "cancel" => await People.CancelAsync(key),
                "retry" => await People.RetryAsync(key),
                _ => await People.ArchiveAsync(key),
            };
            var stands = answer.Status == 200 ? Words.Of(answer.Task.Status) : answer.Status == 409 ? "-" : $"{answer.Status}";
            if (stands != expected)
                wrong.Add($"{deed} in {from}: {stands}, not {expected}");
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public async Task An_archived_task_is_left_alone_until_it_is_restored()
    {
        var key = await InAsync(Status.Blocked);
        await People.ArchiveAsync(key);

        foreach (var answer in new[] { await People.MoveAsync(key, Status.Done), await People.UnblockAsync(key), await People.CancelAsync(key), await People.EditAsync(key, """{"title":"x"}""") })
            Assert.Contains("archived", answer.Refused(409, "refused-by-state"), StringComparison.Ordinal);
        Assert.False((await People.RestoreAsync(key)).Task.Archived);
        Assert.Equal(Status.Ready, (await People.UnblockAsync(key)).Task.Status);
    }

    [Fact]
    public async Task A_task_without_a_lane_can_not_be_made_ready()
    {
        var key = (await People.CreateAsync(new("idea", Status: Status.Triage))).Task.Key;

        foreach (var status in new[] { Status.Todo, Status.Ready, Status.Scheduled })
            Assert.Contains("lane", (await People.MoveAsync(key, status)).Refused(409, "refused-by-state"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_move_out_of_ready_withdraws_the_offer()
    {
        var key = (await CreateAsync("t")).Key;
        var run = await OfferAsync(key);

        var moved = (await People.MoveAsync(key, Status.Blocked, "wait for the key")).Task;

        Assert.Equal((Status.Blocked, "wait for the key"), (moved.Status, moved.Reason));
        Assert.Null(moved.Run);
        Assert.Equal((nameof(RunState.Withdrawn), "wait for the key"), await EndAsync(run));
        Assert.Equal(ClaimRefusal.Withdrawn, (await Store.ClaimAsync("w1", run)).Refused);
    }

    [Fact]
    public async Task A_cancel_of_an_offered_task_ends_both_at_once()
    {
        var key = (await CreateAsync("t")).Key;
        var run = await OfferAsync(key);

        Assert.Equal(Status.Cancelled, (await People.CancelAsync(key, "not needed")).Task.Status);

        Assert.Equal((nameof(RunState.Withdrawn), "not needed"), await EndAsync(run));
    }

    [Fact]
    public async Task A_cancel_of_a_running_task_asks_the_run_to_stop_and_a_second_one_changes_nothing()
    {
        var key = (await CreateAsync("t")).Key;
        await StartAsync(key);

        var asked = (await People.CancelAsync(key, "enough")).Task;
        var again = (await People.CancelAsync(key, "enough!")).Task;

        Assert.Equal((Status.Running, RunState.Stopping, "enough"), (asked.Status, asked.Run!.State, asked.Run.Reason));
        Assert.Equal(asked.Version, again.Version);
    }

    [Fact]
    public async Task A_claim_and_a_cancel_at_the_same_moment_leave_one_truth()
    {
        for (var i = 0; i < 10; i++)
        {
            var key = (await CreateAsync($"t{i}")).Key;
            var run = await OfferAsync(key);

            var claim = Task.Run(() => Store.ClaimAsync("w1", run));
            await Task.Run(() => People.CancelAsync(key));
            var granted = (await claim).Grant is not null;

            var task = await ShowAsync(key);
            Assert.Equal(granted ? (Status.Running, RunState.Stopping) : (Status.Cancelled, null), (task.Status, task.Run?.State));
        }
    }

    [Fact]
    public async Task A_retry_starts_afresh()
    {
        var key = (await CreateAsync("t")).Key;
        var run = await StartAsync(key);
        await Store.FinishAsync("w1", new FinishItem(run, 1, Outcome.Failed, "no disk"));
        Assert.Equal((Status.Scheduled, 1), await Standing(key));

        await People.RetryAsync(key);

        Assert.Equal((Status.Ready, 0), await Standing(key));
        Assert.Null((await ShowAsync(key)).NotBefore);
    }

    [Fact]
    public async Task Ready_by_hand_means_now_and_parked_means_until_said_otherwise()
    {
        var later = (await People.CreateAsync(new("t", "shell", NotBefore: await Store.NowAsync() + TimeSpan.FromHours(1)))).Task.Key;

        var now = (await People.MoveAsync(later, Status.Ready)).Task;
        var parked = (await People.MoveAsync(later, Status.Scheduled, "holidays")).Task;
        await Store.AdvanceAsync(TimeSpan.FromDays(1));
        await ReleaseDueAsync();

        Assert.Equal((Status.Ready, null), (now.Status, now.NotBefore));
        Assert.Contains("holidays", parked.Wait, StringComparison.Ordinal);
        Assert.Equal(Status.Scheduled, await StatusAsync(later));
    }

    [Fact]
    public async Task Ready_by_hand_is_refused_while_a_parent_is_not_done_and_names_it()
    {
        var parent = (await CreateAsync("p")).Key;
        var child = (await CreateAsync("c", parents: parent)).Key;

        Assert.Contains($"{parent} (ready)", (await People.MoveAsync(child, Status.Ready)).Refused(409, "refused-by-state"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_move_is_in_the_history_with_who_from_and_to()
    {
        var key = (await CreateAsync("t")).Key;
        await People.MoveAsync(key, Status.Blocked, "why");

        var moved = await Store.ReadAsync(db => db.Events.SingleAsync(e => e.Type == EventTypes.TaskMoved));

        Assert.Equal((People.Name, key, """{"from":"ready","to":"blocked","reason":"why","ended":false}"""), (moved.Actor, moved.TaskKey, moved.Data));
    }

    [Fact]
    public async Task A_refused_move_changes_nothing()
    {
        var key = await InAsync(Status.Running);
        var before = await Store.TaskAsync(await IdAsync(key));

        await People.MoveAsync(key, Status.Done);

        Assert.Equal(before.Version, (await Store.TaskAsync(before.Id)).Version);
        Assert.Equal(2, await Store.ReadAsync(db => db.Events.CountAsync(e => e.TaskId == before.Id && e.Type != EventTypes.RunOffered && e.Type != EventTypes.RunStarted)));
    }

    [Fact]
    public async Task A_comment_is_kept_with_who_and_when()
    {
        var key = (await CreateAsync("t")).Key;

        var comment = (await People.CommentAsync(key, "mind the gap")).Value<CommentView>();

        Assert.Equal((People.Name, "mind the gap"), (comment.By, comment.Text));
        Assert.Equal([comment.Id], (await People.ShowAsync(key)).Value<TaskDetail>().Comments.Select(c => c.Id));
        Assert.Equal([EventTypes.TaskCreated, EventTypes.TaskCommented], await EventsAsync(key));
    }

    private static IEnumerable<(string Column, string Cell)> Cells(string table, string row)
    {
        var lines = table.Split('\n').Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToList();
        return lines[0].Zip(lines.Single(l => l[0] == row)).Skip(1);
    }

    private async Task<string> InAsync(Status status)
    {
        var key = (await CreateAsync($"in {status}")).Key;
        if (status is Status.Running)
            await StartAsync(key);
        else if (status is not Status.Ready)
            await PutAsync(key, status);
        return key;
    }

    private async Task<(string State, string? Reason)> EndAsync(Guid run)
    {
        var ended = await Store.RunAsync(run);
        Assert.False(ended.Live);
        return (ended.State, ended.Reason);
    }

    private async Task<(Status Status, int Attempts)> Standing(string key)
    {
        var task = await ShowAsync(key);
        return (task.Status, task.Attempts);
    }
}
