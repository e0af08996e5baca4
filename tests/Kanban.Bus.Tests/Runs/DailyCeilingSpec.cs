using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;
using Kanban.Bus.Tests.Tasks;

namespace Kanban.Bus.Tests.Runs;

/// <summary>A task that runs again and again within a day is set aside, whatever sends it round.</summary>
public abstract class DailyCeilingSpec<TStore> : TaskSpec<TStore> where TStore : TestStore, new()
{
    [Fact]
    public async Task Beyond_so_many_runs_a_day_it_is_blocked_with_an_alarm_and_its_lane_goes_on()
    {
        var task = await SetUpAsync(most: 3);
        for (var i = 0; i < 3; i++)
            await GoRoundAsync();
        await CreateAsync("other");

        // A pass that is only thought of leaves it out as well.
        var dry = (await People.DispatchAsync(new(DryRun: true))).Value<DispatchView>();
        Assert.Equal(["main-2"], dry.Starts.Select(s => s.Task));
        Assert.Empty(dry.Waits);
        Assert.Equal("main-2", Assert.Single(await Store.AdmitAsync()).TaskKey);

        var shown = await ShowAsync(task.Key);
        Assert.Equal(Status.Blocked, shown.Status);
        Assert.StartsWith("set aside after 3 runs within a day, of at most 3 in lane shell", shown.Reason, StringComparison.Ordinal);
        var alarm = Assert.Single((await People.AlarmsAsync()).Value<Page<AlarmView>>().Items);
        Assert.Equal((task.Key, AlarmKind.TooManyRuns, shown.Reason), (alarm.Subject, alarm.Kind, alarm.Reason));
        Assert.Contains(EventTypes.AlarmRaised, await EventsAsync(task.Key));
    }

    [Theory]
    [InlineData("unblock")]
    [InlineData("retry")]
    [InlineData("move")]
    public async Task A_person_who_lets_it_go_on_gives_it_as_many_runs_again(string way)
    {
        var task = await SetUpAsync(most: 2);
        for (var i = 0; i < 2; i++)
            await GoRoundAsync();
        Assert.Empty(await Store.AdmitAsync());

        Assert.Equal(200, (way switch
        {
            "unblock" => await People.UnblockAsync(task.Key),
            "retry" => await People.RetryAsync(task.Key),
            _ => await People.MoveAsync(task.Key, Status.Ready),
        }).Status);

        await GoRoundAsync();
        await GoRoundAsync();
        Assert.Empty(await Store.AdmitAsync());
        Assert.Equal(Status.Blocked, await StatusAsync(task.Key));
    }

    [Fact]
    public async Task Runs_of_the_day_before_count_no_more_and_offers_that_nobody_claimed_never_do()
    {
        var task = await SetUpAsync(most: 2);
        await GoRoundAsync();
        await Store.AdvanceAsync(TimeSpan.FromHours(25));
        await GoRoundAsync();
        for (var i = 0; i < 3; i++)
        {
            Assert.Single(await Store.AdmitAsync());
            await People.MoveAsync(task.Key, Status.Scheduled);
            await People.MoveAsync(task.Key, Status.Ready);
        }

        Assert.Single(await Store.AdmitAsync());
    }

    private async Task<TaskView> SetUpAsync(int most)
    {
        Assert.Equal(most, (await People.EditLaneAsync("shell", $$"""{"maxRunsPerDay":{{most}}}""")).Value<LaneView>().MaxRunsPerDay);
        await Store.AddWorkerAsync("w1", "shell=50");
        return await CreateAsync("t");
    }

    /// <summary>A run that is handed back: nothing is charged, and the task is ready at once.</summary>
    private async Task GoRoundAsync()
    {
        await Store.AdvanceAsync(TimeSpan.FromSeconds(1));
        var run = Assert.Single(await Store.AdmitAsync()).RunId;
        var grant = (await Store.ClaimAsync("w1", run)).Grant!;
        await Store.FinishAsync("w1", new FinishItem(run, grant.FencingToken, Outcome.Released));
    }
}
