using Kanban.Bus.Contracts;
using Kanban.Bus.IntegrationTests.Harness;
using Kanban.Bus.IntegrationTests.Servers;
using Kanban.Bus.Tests.Harness;

namespace Kanban.Bus.IntegrationTests.Admission;

/// <summary>People change caps, weights and windows on a board that starts nothing itself: only the other one can act on it.</summary>
public sealed class ChangeElsewhereTests : IAsyncLifetime
{
    private Cluster _cluster = null!;
    private TcpProxy _broker = null!;
    private BoardProcess _asked = null!;
    private BoardProcess _starts = null!;

    /// <summary>Stretches in which nothing may be offered, by this host's clock, which is the database's too.</summary>
    private readonly List<(DateTimeOffset From, DateTimeOffset To)> _shut = [];

    public async Task InitializeAsync()
    {
        _cluster = await Cluster.CreateAsync();
        _broker = _cluster.Link(_cluster.Broker);
        _cluster.Settings["Admission:ByHand"] = "true";
        _asked = await _cluster.StartBoardAsync(_broker);
        _cluster.Settings.Remove("Admission:ByHand");
        _starts = await _cluster.StartBoardAsync();
    }

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [NeedsServersFact]
    public async Task What_is_changed_on_one_board_the_other_goes_by_whether_it_is_told_or_not()
    {
        await _asked.Api.PostAsync<PoolView>("pools", new CreatePool("vllm", Capacity: 0));
        await _asked.Api.PostAsync<BoardView>("boards", new CreateBoard("web"));
        await _asked.Api.AddLaneAsync(new CreateLane("load", Draws: new Dictionary<string, int?> { ["vllm"] = 1 }));
        await _cluster.StartWorkerAsync(new WorkerShape("worker", "load", 16), _starts);
        for (var i = 0; i < 8; i++)
            foreach (var board in new[] { "main", "web" })
                await _asked.Api.AddTaskAsync(new CreateTask($"task {i}", "load", Board: board, Body: "sleep 600"));

        await _asked.Api.PatchAsync<OrderView>("order", new { weights = new { web = 3 } });
        await SetCapAsync(4);
        await RunningAsync(4);
        Assert.Equal((1, 3), (await RunningOfAsync("main"), await RunningOfAsync("web")));

        await ShutAsync(WaitCode.PoolCap, () => SetCapAsync(2), () => SetCapAsync(5), ends: 2);
        await RunningAsync(5);
        await ShutAsync(WaitCode.PoolPaused, () => _asked.Api.PostAsync("pools/vllm/pause"), () => _asked.Api.PostAsync("pools/vllm/resume"));
        await RunningAsync(5);
        await ShutAsync(WaitCode.LanePaused, () => _asked.Api.PostAsync("lanes/load/pause"), () => _asked.Api.PostAsync("lanes/load/resume"));
        await RunningAsync(5);
        await ShutAsync(WaitCode.Closed, () => SetWindowAsync(TimeProvider.System.GetUtcNow().AddHours(2)), () => SetWindowAsync(null));
        await RunningAsync(5);
        _broker.Mode = LinkMode.Refuse;
        await ShutAsync(WaitCode.AllPaused, () => _asked.Api.PostAsync("pools/all/pause"), () => _asked.Api.PostAsync("pools/all/resume"));
        await RunningAsync(5);

        Assert.Equal(0, (await _asked.Api.GetAsync<OrderView>("order")).Passes.Count);
        // An event shows once no older transaction is open: the last one may still be on its way.
        var offered = await Eventually.ValueAsync(async () =>
            (await _starts.Api.AllAsync<EventView>("events")).Where(e => e.Type == EventTypes.OnTheWire(EventTypes.RunOffered)).Select(e => e.Time).ToList() is { } seen
            && seen.Count == 5 + _shut.Count + 1 ? seen : null);
        Assert.All(_shut, shut => Assert.DoesNotContain(offered, at => at > shut.From && at < shut.To));
    }

    /// <summary>Forbids more work on the one board, ends some of what runs, waits until the other has looked at the room that makes, and allows it again.</summary>
    /// <param name="why">What a task that waits says on the other board.</param>
    private async Task ShutAsync(WaitCode why, Func<Task> shut, Func<Task> open, int ends = 1)
    {
        await shut();
        var (from, running) = (TimeProvider.System.GetUtcNow(), await RunningOfAsync("main") + await RunningOfAsync("web"));
        foreach (var task in (await _starts.Api.GetAsync<Page<TaskView>>("tasks?status=running&limit=200")).Items.Take(ends))
            await _starts.Api.PostAsync($"tasks/{task.Key}/cancel");
        await RunningAsync(running - ends);
        var looks = await LooksAsync();
        await _starts.Api.AddTaskAsync(new CreateTask("one more", "load", Body: "sleep 600"));
        await Eventually.Async(async () => await LooksAsync() > looks);
        Assert.Equal(why, (await _starts.Api.GetAsync<WhyView>("tasks/main-8/why")).Code);
        _shut.Add((from, TimeProvider.System.GetUtcNow()));
        await open();
    }

    private Task<PoolView> SetCapAsync(int capacity) => _asked.Api.PatchAsync<PoolView>("pools/vllm", new { capacity });

    private Task<LaneView> SetWindowAsync(DateTimeOffset? opens) =>
        _asked.Api.PatchAsync<LaneView>("lanes/load", new { windows = opens is { } at ? new[] { FormattableString.Invariant($"{at:HH:mm}-{at.AddHours(1):HH:mm} UTC") } : [] });

    /// <summary>Passes that the other board has made.</summary>
    private async Task<int> LooksAsync() => (await _starts.Api.GetAsync<OrderView>("order")).Passes.Count;

    private async Task<int> RunningOfAsync(string board) => (await _starts.Api.GetAsync<BoardView>("boards/" + board)).Counts["running"];

    private Task RunningAsync(int count) => Eventually.Async(async () => (await _starts.Api.GetAsync<LaneView>("lanes/load")) is var lane && lane.Running == count && lane.Offered == 0);
}
