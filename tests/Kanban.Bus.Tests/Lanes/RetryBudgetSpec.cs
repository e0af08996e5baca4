using Kanban.Bus.Board.Runs;
using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;
using Kanban.Bus.Tests.Tasks;

namespace Kanban.Bus.Tests.Lanes;

/// <summary>A lane whose tasks fail spends a share on trying again, and its fresh tasks start all the same.</summary>
public abstract class RetryBudgetSpec<TStore> : TaskSpec<TStore> where TStore : TestStore, new()
{
    [Fact]
    public async Task Beyond_the_budget_retries_wait_with_the_reason_until_the_minute_has_passed()
    {
        await SetUpAsync(percent: 0, least: 2, tasks: 5);
        await FailAllAsync();

        var retried = await Store.AdmitAsync();

        Assert.Equal(2, retried.Count);
        Assert.All(await Task.WhenAll(retried.Select(o => Store.RunAsync(o.RunId))), r => Assert.True(r.Retry));
        var waits = (await People.ListAsync("status=ready")).Tasks.First(t => t.Run is null);
        Assert.StartsWith("lane shell has spent its retry budget: of its runs of a minute 2 may try again", waits.Wait, StringComparison.Ordinal);
        Assert.Equal(WaitCode.RetryBudget, (await People.WhyAsync(waits.Key)).Value<WhyView>().Code);
        await Store.AdvanceAsync(TimeSpan.FromSeconds(61));
        Assert.Equal(2, (await Store.AdmitAsync()).Count);
    }

    [Fact]
    public async Task Fresh_tasks_go_on_behind_any_number_of_retries_that_wait()
    {
        Store.Admission.ScanLimit = 1;
        await SetUpAsync(percent: 0, least: 0, tasks: 12, slots: 3);
        for (var i = 0; i < 4; i++)
            await FailAllAsync();
        var fresh = await CreateAsync("fresh");

        Assert.Equal(fresh.Key, Assert.Single(await Store.AdmitAsync()).TaskKey);
    }

    [Fact]
    public async Task A_busy_lane_may_try_again_a_share_of_what_it_starts()
    {
        await SetUpAsync(percent: 50, least: 0, tasks: 10);
        await FailAllAsync();

        // Ten starts: five of them may be retries; with each of these the share grows by half a retry more.
        Assert.InRange((await Store.AdmitAsync()).Count, 5, 10);
    }

    [Fact]
    public async Task What_was_lost_with_its_host_runs_again_at_once_and_is_a_retry_when_it_is_lost_again()
    {
        Store.Admission.ScanLimit = 1;
        await SetUpAsync(percent: 0, least: 0, tasks: 4);
        await FailAllAsync();
        for (var i = 0; i < 4; i++)
            await CreateAsync("lost");

        Assert.Equal(4, await LoseAllAsync());
        Assert.Equal(4, await LoseAllAsync());
        Assert.Empty(await Store.AdmitAsync());
    }

    private async Task SetUpAsync(int percent, int least, int tasks, int slots = 50)
    {
        await People.EditLaneAsync("shell", $$"""{"retryPercent":{{percent}},"retriesPerMinute":{{least}},"backoffSeconds":0,"breakerTasks":0,"maxAttempts":99}""");
        await Store.AddWorkerAsync("w1", $"shell={slots}");
        for (var i = 0; i < tasks; i++)
            await CreateAsync("t");
    }

    /// <summary>Starts what may start, and loses it with its host.</summary>
    /// <returns>How many that were.</returns>
    private async Task<int> LoseAllAsync()
    {
        var offers = await Store.AdmitAsync();
        foreach (var offer in offers)
        {
            Assert.NotNull((await Store.ClaimAsync("w1", offer.RunId)).Grant);
            await Store.SendAsync(new LoseRun(offer.RunId, "its worker is gone", await Store.NowAsync()));
        }

        return offers.Count;
    }

    /// <summary>Runs and fails what may start.</summary>
    private async Task FailAllAsync()
    {
        foreach (var offer in await Store.AdmitAsync())
        {
            var grant = (await Store.ClaimAsync("w1", offer.RunId)).Grant!;
            await Store.FinishAsync("w1", new FinishItem(offer.RunId, grant.FencingToken, Outcome.Failed, "it went wrong"));
        }
    }
}
