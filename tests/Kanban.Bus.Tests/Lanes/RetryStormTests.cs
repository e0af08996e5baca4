using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;
using Kanban.Bus.Tests.Tasks;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Tests.Lanes;

/// <summary>All tasks of one lane fail and are tried again at once; another lane that shares its pool does not notice.</summary>
public sealed class RetryStormTests : TaskSpec<SqliteStore>
{
    private const int Units = 16;
    private const int GoodPerStep = 2;
    private const int BadPerStep = 3;
    private const int RetriesPerMinute = 10;

    private static readonly TimeSpan Step = TimeSpan.FromSeconds(4);

    [Fact]
    public async Task A_lane_that_only_fails_keeps_to_its_budget_and_delays_no_other()
    {
        await Store.AddPoolAsync("shared", Units);
        await Store.AddLaneAsync("bad", lane => (lane.Draws, lane.BackoffSeconds, lane.BreakerTasks, lane.MaxAttempts, lane.RetriesPerMinute, lane.RetryPercent) = ("shared=1", 0, 0, 100, RetriesPerMinute, 20));
        await Store.AddLaneAsync("good", lane => lane.Draws = "shared=1");
        await Store.AddWorkerAsync("w1", "bad=50 good=50");
        await WorkAsync(steps: 10);
        var calm = await LongestWaitAsync();

        await WorkAsync(steps: 10, BadPerStep);
        await WorkAsync(steps: 35);

        Assert.Equal(TimeSpan.Zero, calm);
        Assert.Equal(calm, await LongestWaitAsync());
        var retries = await Store.ReadAsync(db => db.Runs.Where(r => r.Lane == "bad" && r.Retry).OrderBy(r => r.OfferedAt).Select(r => r.OfferedAt).ToListAsync());
        Assert.InRange(retries.Count, 2 * RetriesPerMinute, 4 * RetriesPerMinute);
        Assert.All(retries, from => Assert.InRange(retries.Count(at => at >= from && at < from.AddMinutes(1)), 1, RetriesPerMinute));
    }

    /// <summary>In each step fresh tasks come, what may start starts, and what ran since the step before ends.</summary>
    private async Task WorkAsync(int steps, int bad = 0)
    {
        for (var i = 0; i < steps; i++)
        {
            for (var fresh = 0; fresh < GoodPerStep; fresh++)
                await Store.AddTaskAsync("good");
            for (var fresh = 0; fresh < bad; fresh++)
                await Store.AddTaskAsync("bad");
            var offers = await Store.AdmitAsync();
            var ends = new List<FinishItem>();
            foreach (var offer in offers)
            {
                var grant = (await Store.ClaimAsync("w1", offer.RunId)).Grant!;
                ends.Add(new FinishItem(offer.RunId, grant.FencingToken, offer.Lane == "bad" ? Outcome.Failed : Outcome.Succeeded, offer.Lane == "bad" ? "no key" : null));
            }

            await Store.AdvanceAsync(Step);
            foreach (var end in ends)
                await Store.FinishAsync("w1", end);
        }
    }

    /// <summary>From ready to offered, of the good lane's tasks so far; one that still waits counts too.</summary>
    private async Task<TimeSpan> LongestWaitAsync()
    {
        var now = await Store.NowAsync();
        var waits = await Store.ReadAsync(db => db.Runs.Where(r => r.Lane == "good").Select(r => new { r.OfferedAt, r.ReadyAt }).ToListAsync());
        var waiting = await Store.ReadAsync(db => db.Tasks.Where(t => t.Lane == "good" && t.Status == Status.Ready).Select(t => t.ReadyAt).ToListAsync());
        return waits.Select(w => w.OfferedAt - w.ReadyAt).Concat(waiting.Select(at => now - at!.Value)).Max();
    }
}
