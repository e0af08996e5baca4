using Kanban.Bus.Board.Admission;
using Kanban.Bus.Board.Pools;
using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;
using Kanban.Bus.Tests.Tasks;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Tests.Pools;

/// <summary>An account whose limit a run met: closed until the limit resets, opened step by step, and nobody is charged for it.</summary>
public abstract class ParkingSpec<TStore> : TaskSpec<TStore> where TStore : TestStore, new()
{
    [Fact]
    public async Task A_limit_closes_the_account_until_it_resets_and_its_task_waits_without_being_charged()
    {
        var task = await SetUpAsync();
        var run = await StartAsync(task.Key);
        var resetsAt = await Store.NowAsync() + TimeSpan.FromHours(1);

        await LimitAsync(run, resetsAt);

        var pool = (await People.ShowPoolAsync("acct-x")).Value<PoolView>();
        Assert.Equal((0, CapSource.Parked, $"limit of run {task.Key}#1"), (pool.Limit, pool.Source, pool.ParkedReason));
        Assert.InRange(pool.ParkedUntil!.Value - resetsAt, TimeSpan.Zero, TimeSpan.FromMinutes(1));
        var shown = await ShowAsync(task.Key);
        Assert.Equal((Status.Ready, 0), (shown.Status, shown.Attempts));
        Assert.Empty(shown.Failures!);
        var why = (await People.WhyAsync(task.Key)).Value<WhyView>();
        Assert.Equal((WaitCode.AccountParked, "pool acct-x"), (why.Code, why.Cap));
        Assert.StartsWith($"account acct-x is parked until {pool.ParkedUntil:HH:mm} UTC (limit of run {task.Key}#1)", why.Reason, StringComparison.Ordinal);
        Assert.Empty(await Store.AdmitAsync());
        var parked = await Store.ReadAsync(db => db.Events.SingleAsync(e => e.Type == EventTypes.PoolParked));
        Assert.Equal(("acct-x", "worker:w1"), (parked.Pool, parked.Actor));
        Assert.Contains("\"reason\":\"429\"", parked.Data, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_opens_with_one_run_and_doubles_so_that_no_herd_meets_the_limit_again()
    {
        var task = await SetUpAsync(tasks: 8);
        await LimitAsync(await StartAsync(task.Key), await Store.NowAsync() + TimeSpan.FromHours(1));
        Assert.Empty(await AtAsync("acct-x", p => p.ParkedUntil!.Value - TimeSpan.FromSeconds(1)));

        var started = new List<int> { (await AtAsync("acct-x", p => p.ParkedUntil!.Value)).Count };
        Assert.Contains("1 of 1 units of pool acct-x are drawn; account acct-x opens step by step", (await ShowAsync("main-8")).Wait, StringComparison.Ordinal);
        for (var step = 1; step <= 3; step++)
            started.Add((await AtAsync("acct-x", p => p.ParkedUntil!.Value + Parking.Step * step)).Count);

        Assert.Equal([1, 1, 2, 4], started);
        var pool = (await People.ShowPoolAsync("acct-x")).Value<PoolView>();
        Assert.Equal((8, CapSource.Configured, null, 8), (pool.Limit, pool.Source, pool.ParkedUntil, pool.Used));
    }

    [Fact]
    public async Task Offers_that_nobody_claimed_are_taken_back_and_what_runs_goes_on()
    {
        var task = await SetUpAsync(tasks: 3);
        await Store.AddWorkerAsync("w1", "shell=9");
        var offers = (await Store.AdmitAsync()).ToDictionary(o => o.TaskKey, o => o.RunId);
        await Store.ClaimAsync("w1", offers[task.Key]);
        await Store.ClaimAsync("w1", offers["main-2"]);

        await LimitAsync(offers[task.Key], await Store.NowAsync() + TimeSpan.FromHours(1));
        await Store.AdmitAsync();

        Assert.Equal((RunState.Running, RunState.Withdrawn), ((await Store.RunAsync(offers["main-2"])).StateName, (await Store.RunAsync(offers["main-3"])).StateName));
    }

    [Fact]
    public async Task A_person_opens_it_at_once_and_the_history_says_who_and_why()
    {
        var task = await SetUpAsync(tasks: 8);
        await LimitAsync(await StartAsync(task.Key), await Store.NowAsync() + TimeSpan.FromHours(1));
        Assert.Empty(await Store.AdmitAsync());

        var pool = (await People.UnparkPoolAsync("acct-x", "bought more")).Value<PoolView>();

        Assert.Equal((8, CapSource.Configured, null), (pool.Limit, pool.Source, pool.ParkedUntil));
        Assert.Equal(8, (await Store.AdmitAsync()).Count);
        var unparked = await Store.ReadAsync(db => db.Events.SingleAsync(e => e.Type == EventTypes.PoolUnparked));
        Assert.Equal(People.Name, unparked.Actor);
        Assert.Contains("bought more", unparked.Data, StringComparison.Ordinal);
        Assert.Equal(200, (await People.UnparkPoolAsync("acct-x")).Status);
        Assert.Equal(1, await Store.ReadAsync(db => db.Events.CountAsync(e => e.Type == EventTypes.PoolUnparked)));
    }

    [Fact]
    public async Task A_task_that_opts_out_goes_by_its_lanes_retries_and_the_account_is_closed_all_the_same()
    {
        await SetUpAsync();
        var task = (await People.EditAsync("main-1", """{"onLimit":"retry"}""")).Task;

        await LimitAsync(await StartAsync(task.Key), await Store.NowAsync() + TimeSpan.FromHours(1));

        var shown = await ShowAsync(task.Key);
        Assert.Equal((OnLimit.Retry, Status.Scheduled, 1), (shown.OnLimit, shown.Status, shown.Failures!["provider"]));
        Assert.Equal(0, (await People.ShowPoolAsync("acct-x")).Value<PoolView>().Limit);
    }

    [Fact]
    public async Task A_run_that_draws_from_no_account_waits_for_the_limit_by_itself()
    {
        await Store.AddPoolAsync("vllm-a", 4);
        await People.EditLaneAsync("shell", """{"draws":{"vllm-a":1}}""");
        var task = await CreateAsync("t");
        var resetsAt = await Store.NowAsync() + TimeSpan.FromHours(3);

        await LimitAsync(await StartAsync(task.Key), resetsAt);

        Assert.InRange((await ShowAsync(task.Key)).NotBefore!.Value - resetsAt, TimeSpan.Zero, TimeSpan.FromMinutes(1.1));
        Assert.Equal(4, (await People.ShowPoolAsync("vllm-a")).Value<PoolView>().Limit);
    }

    [Fact]
    public async Task A_later_limit_puts_the_opening_off_and_an_earlier_one_does_not_bring_it_near()
    {
        var task = await SetUpAsync(tasks: 3);
        await Store.AddWorkerAsync("w1", "shell=9");
        var runs = (await Store.AdmitAsync()).OrderBy(o => o.TaskKey).Select(o => o.RunId).ToList();
        foreach (var run in runs)
            await Store.ClaimAsync("w1", run);
        var now = await Store.NowAsync();

        await LimitAsync(runs[0], now.AddHours(2));
        await LimitAsync(runs[1], now.AddHours(5));
        await LimitAsync(runs[2], now.AddHours(1));

        Assert.InRange((await People.ShowPoolAsync("acct-x")).Value<PoolView>().ParkedUntil!.Value, now.AddHours(5), now.AddHours(5.1));
    }

    [Theory]
    [InlineData(-5)]
    [InlineData(double.NaN)]
    [InlineData(1e300)]
    public async Task A_length_of_time_that_makes_no_sense_closes_it_for_a_moment(double seconds)
    {
        var task = await SetUpAsync();

        await Store.FinishAsync("w1", new FinishItem(await StartAsync(task.Key), 1, Outcome.Failed, "429", Class: ErrorClass.Provider, RetryAfterSeconds: seconds));

        Assert.InRange((await People.ShowPoolAsync("acct-x")).Value<PoolView>().ParkedUntil!.Value - await Store.NowAsync(), TimeSpan.FromSeconds(55), Parking.Shortest * 1.1);
    }

    [Fact]
    public async Task Admission_knows_when_an_account_opens_further()
    {
        var task = await SetUpAsync();
        await LimitAsync(await StartAsync(task.Key), await Store.NowAsync() + TimeSpan.FromHours(1));
        var until = (await People.ShowPoolAsync("acct-x")).Value<PoolView>().ParkedUntil!.Value;

        var look = await TickAsync();
        await Store.AdvanceAsync(until - await Store.NowAsync() + TimeSpan.FromSeconds(1));
        var later = await TickAsync();

        Assert.Equal((until, until + Parking.Step), (look.NextDue, later.NextDue));
    }

    /// <summary>An account with eight units, of which each run of the lane draws one.</summary>
    private async Task<TaskView> SetUpAsync(int tasks = 1)
    {
        await People.CreatePoolAsync(new("acct-x", PoolKind.Account, 8));
        await People.EditLaneAsync("shell", """{"draws":{"acct-x":1}}""");
        var first = await CreateAsync("t");
        for (var i = 1; i < tasks; i++)
            await CreateAsync("t");
        return first;
    }

    private async Task LimitAsync(Guid run, DateTimeOffset resetsAt) =>
        await Store.FinishAsync("w1", new FinishItem(run, 1, Outcome.Failed, "429", Class: ErrorClass.Provider, RetryAt: resetsAt));

    /// <summary>What is offered when it is that time.</summary>
    private async Task<IReadOnlyList<Offer>> AtAsync(string pool, Func<Pool, DateTimeOffset> time)
    {
        var row = await Store.ReadAsync(db => db.Pools.AsNoTracking().SingleAsync(p => p.Name == pool));
        await Store.AdvanceAsync(time(row) - await Store.NowAsync());
        return await Store.AdmitAsync();
    }

    private Task<AdmissionTick.Look> TickAsync() => Store.UseAsync(s => s.GetRequiredService<AdmissionTick>().RunAsync(everything: false, default));
}
