using System.Globalization;
using Kanban.Bus.Contracts;
using Kanban.Bus.IntegrationTests.Harness;
using Kanban.Bus.Tests.Harness;

namespace Kanban.Bus.Benchmarks.Admission;

/// <summary>Two boards, of which one starts nothing and is asked for every change: how long until the other offers what the change allows, told of it and not.</summary>
public static class ChangeBench
{
    private const int Told = 200;
    private const int Untold = 20;

    public static async Task<IReadOnlyList<Figure>> RunAsync()
    {
        await using var installation = await Installation.StartAsync();
        await installation.ServeAsync(1, 4);
        var starts = installation.Board.Api;
        var broker = installation.Cluster.Link(installation.Cluster.Broker);
        installation.Cluster.Settings["Admission:ByHand"] = "true";
        var asked = (await installation.Cluster.StartBoardAsync(broker)).Api;
        await asked.PostAsync("pools", new CreatePool("cap", Capacity: 1));
        await asked.PatchAsync<LaneView>("lanes/" + Installation.Lane, new { draws = new { cap = 1 } });

        // Code is compiled before.
        await MeasureAsync(asked, starts, 30);
        var told = await MeasureAsync(asked, starts, Told);
        broker.Mode = LinkMode.Refuse;
        var untold = await MeasureAsync(asked, starts, Untold);
        if ((await asked.GetAsync<OrderView>("order")).Passes.Count > 0)
            throw new InvalidOperationException("The board that is asked has made passes itself.");

        var conditions = string.Create(CultureInfo.InvariantCulture,
            $"from the call that changes it on one board to the other's offer; a cap raised from 0, a lane and a pool resumed, a window opened, in turn; nothing was offered between closing and opening; all on {Environment.ProcessorCount} cores");
        return
        [
            new("admission.change_seen_p99_ms", Figures.Percentile(told, 0.99), "ms", conditions + string.Create(CultureInfo.InvariantCulture, $"; {told.Count} changes, median {Figures.Percentile(told, 0.5):0} ms")),
            new("admission.change_unheard_p99_ms", Figures.Percentile(untold, 0.99), "ms", conditions + string.Create(CultureInfo.InvariantCulture, $"; {untold.Count} changes while the first board is cut off from the broker, so that no hint goes out, and the other, which has just been given a task, looks by itself; median {Figures.Percentile(untold, 0.5):0} ms")),
        ];
    }

    /// <summary>Closes one way after the other, adds a task, opens again, and waits until the task is done.</summary>
    /// <returns>From each opening to the task's offer, in milliseconds.</returns>
    private static async Task<List<double>> MeasureAsync(BoardApi asked, BoardApi starts, int changes)
    {
        const string lane = "lanes/" + Installation.Lane;
        (Func<Task> Close, Func<Task> Open)[] ways =
        [
            (() => asked.PatchAsync<PoolView>("pools/cap", new { capacity = 0 }), () => asked.PatchAsync<PoolView>("pools/cap", new { capacity = 1 })),
            (() => asked.PostAsync(lane + "/pause"), () => asked.PostAsync(lane + "/resume")),
            (() => asked.PatchAsync<LaneView>(lane, new { windows = Later() }), () => asked.PatchAsync<LaneView>(lane, new { windows = Array.Empty<string>() })),
            (() => asked.PostAsync("pools/all/pause"), () => asked.PostAsync("pools/all/resume")),
        ];
        var times = new List<double>();
        for (var i = 0; i < changes; i++)
        {
            var (close, open) = ways[i % ways.Length];
            await close();
            var task = await starts.AddTaskAsync(new CreateTask($"task {i}", Installation.Lane));
            if ((await starts.GetAsync<WhyView>($"tasks/{task.Key}/why")).Code is WaitCode.Next or WaitCode.Offered)
                throw new InvalidOperationException($"{task.Key} may start although it may not.");
            // The database runs on this host: it is the same clock.
            var before = TimeProvider.System.GetUtcNow();
            await open();
            await Eventually.Async(async () => (await starts.TaskAsync(task.Key)).Task.Status is Status.Done);
            var offered = (await starts.RunsAsync(task.Key)).Single().OfferedAt;
            if (offered < before)
                throw new InvalidOperationException($"{task.Key} was offered before it might be.");
            times.Add((offered - before).TotalMilliseconds);
        }

        return times;
    }

    private static string[] Later()
    {
        var opens = TimeProvider.System.GetUtcNow().AddHours(2);
        return [FormattableString.Invariant($"{opens:HH:mm}-{opens.AddHours(1):HH:mm} UTC")];
    }
}
