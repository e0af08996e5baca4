using Kanban.Bus.Board.Runs;
using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;

namespace Kanban.Bus.Tests.Tasks;

/// <summary>What is blocked stays so until a person lets it go: no retry, sweep, parent, time or worker does.</summary>
public abstract class StickyBlockSpec<TStore> : TaskSpec<TStore> where TStore : TestStore, new()
{
    [Fact]
    public async Task Neither_its_parents_end_nor_its_time_nor_a_sweep_lifts_it()
    {
        var parent = await CreateAsync("parent");
        var child = await CreateAsync("child", "main", parent.Key);
        var timed = (await People.CreateAsync(new("timed", "shell", NotBefore: await Store.NowAsync() + TimeSpan.FromMinutes(1)))).Task;
        await People.BlockAsync(child.Key, "wait for legal");
        await People.BlockAsync(timed.Key, "wait for legal");

        await Store.FinishAsync("w1", new FinishItem(await StartAsync(parent.Key), 1, Outcome.Succeeded));
        await Store.AdvanceAsync(TimeSpan.FromHours(1));
        await ReleaseDueAsync();
        await Store.UseAsync(s => s.GetRequiredService<Board.Admission.AdmissionTick>().RunAsync(everything: true, default));

        Assert.Empty(await Store.AdmitAsync());
        Assert.All(new[] { await ShowAsync(child.Key), await ShowAsync(timed.Key) }, t => Assert.Equal((Status.Blocked, "wait for legal"), (t.Status, t.Reason)));
    }

    [Fact]
    public async Task An_offer_of_it_is_taken_back_and_a_claim_that_comes_late_is_refused()
    {
        var task = await CreateAsync("t");
        var run = await OfferAsync(task.Key);

        await People.BlockAsync(task.Key, "wait for legal");

        Assert.Equal(ClaimRefusal.Withdrawn, (await Store.ClaimAsync("w1", run)).Refused);
        Assert.Empty(await Store.AdmitAsync());
        Assert.Equal(Status.Blocked, await StatusAsync(task.Key));
    }

    [Fact]
    public async Task A_worker_that_comes_back_with_a_run_of_it_or_reports_late_does_not_lift_it()
    {
        var task = await CreateAsync("t");
        var run = await StartAsync(task.Key);
        await Store.SendAsync(new LoseRun(run, "no heartbeat", await Store.NowAsync()));
        await People.BlockAsync(task.Key, "wait for legal");

        var resumed = await Store.UseAsync(s => s.GetRequiredService<RunResumption>().ResumeAsync("w1", [new HeldRun(run, 1)], default));
        var late = await Store.FinishAsync("w1", new FinishItem(run, 1, Outcome.Succeeded, Summary: "done after all"));

        Assert.Equal((0, FinishVerdict.Late, Status.Blocked), (resumed, late.Verdict, await StatusAsync(task.Key)));
    }

    [Fact]
    public async Task A_run_that_asks_for_a_person_is_not_tried_again_whatever_its_lane_says()
    {
        await People.EditLaneAsync("shell", """{"retry":"auto","maxAttempts":9,"backoffSeconds":0}""");
        var task = await CreateAsync("t");

        await Store.FinishAsync("w1", new FinishItem(await StartAsync(task.Key), 1, Outcome.Blocked, "which branch?"));
        await Store.AdvanceAsync(TimeSpan.FromDays(2));
        await ReleaseDueAsync();

        Assert.Empty(await Store.AdmitAsync());
        Assert.Equal((Status.Blocked, "which branch?", 0), ((await ShowAsync(task.Key)).Status, (await ShowAsync(task.Key)).Reason, (await ShowAsync(task.Key)).Attempts));
    }

    [Fact]
    public async Task An_edit_of_what_it_waits_for_leaves_it_blocked_and_a_person_lifts_it()
    {
        var (parent, task) = (await CreateAsync("parent"), await CreateAsync("t"));
        await People.BlockAsync(task.Key, "wait for legal");

        await People.EditAsync(task.Key, """{"notBefore":"2027-01-01T00:00:00Z"}""");
        await People.EditAsync(task.Key, """{"notBefore":null,"priority":5}""");
        await People.LinkAsync(task.Key, parent.Key);
        await People.UnlinkAsync(task.Key, parent.Key);
        Assert.Equal(Status.Blocked, await StatusAsync(task.Key));

        await People.UnblockAsync(task.Key);
        Assert.Equal(Status.Ready, await StatusAsync(task.Key));
    }
}
