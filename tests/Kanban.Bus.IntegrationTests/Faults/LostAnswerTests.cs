using Kanban.Bus.Contracts;
using Kanban.Bus.IntegrationTests.Harness;
using Kanban.Bus.IntegrationTests.Servers;
using Kanban.Bus.Tests.Harness;

namespace Kanban.Bus.IntegrationTests.Faults;

/// <summary>The board has acted, and the worker never hears of it: it asks again, and what was done is not done twice.</summary>
public sealed class LostAnswerTests
{
    [NeedsServersFact]
    public async Task A_claim_and_a_finish_whose_answers_are_lost_are_answered_again_and_count_once()
    {
        await using var bench = await FaultBench.StartAsync(leaseSeconds: 60);
        var link = bench.Cluster.Link(bench.Board.Url);
        var worker = await bench.StartWorkerAsync(slots: 1, through: link);

        link.Mode = LinkMode.StallAnswers;
        // Its output goes nowhere, so that the report is the first call after its end.
        var task = await bench.AddAsync("a task", $"exec >/dev/null; {bench.Until("go")}");
        var claimed = await bench.UntilRunAsync(task, r => r.State == RunState.Running);
        Assert.Empty(bench.Witness.Lines);
        link.Reset();
        await bench.SaidAsync(task, "start");

        link.Mode = LinkMode.StallAnswers;
        bench.Open("go");
        await bench.Cluster.UntilAsync(task.Key, Status.Done);
        Assert.True(File.Exists(Path.Combine(worker.Home, "runs", claimed.Id.ToString(), "finish.json")));
        link.Reset();
        // Its spool is empty only when the board has answered the repeat.
        await Eventually.Async(() => Directory.GetDirectories(Path.Combine(worker.Home, "runs")).Length == 0);

        await bench.Oracle.CheckAsync();
        await bench.RanOnceAsync(task);
        Assert.Single(await bench.Board.Api.EventsAsync(task.Key), e => e.Type.Contains(EventTypes.RunStarted, StringComparison.Ordinal));
        Assert.Single(await bench.Board.Api.EventsAsync(task.Key), e => e.Type.Contains(EventTypes.RunEnded, StringComparison.Ordinal));
    }
}
