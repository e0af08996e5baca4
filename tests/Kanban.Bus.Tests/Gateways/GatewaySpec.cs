using Kanban.Bus.Board.Admission;
using Kanban.Bus.Board.Gateways;
using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;
using Kanban.Bus.Tests.Tasks;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Tests.Gateways;

/// <summary>A pool whose cap follows its gateway: an emulated one on a socket, probed every two seconds of the store's clock.</summary>
public abstract class GatewaySpec<TStore> : TaskSpec<TStore>, IAsyncLifetime where TStore : TestStore, new()
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(2);

    private GatewayEmulator _gateway = null!;

    async Task IAsyncLifetime.InitializeAsync()
    {
        await InitializeAsync();
        await Store.AddLaneAsync("shell");
        _gateway = await GatewayEmulator.StartAsync();
    }

    async Task IAsyncLifetime.DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await DisposeAsync();
    }

    [Fact]
    public async Task An_overloaded_gateway_gets_less_and_who_waits_reads_why_until_it_is_healthy_again()
    {
        await ServeAsync(capacity: 4, runs: 4);
        var waiting = await CreateAsync("behind");
        _gateway.Chat(9);

        await TurnsAsync(2);

        Assert.Equal((2, CapSource.Controller, 4), await CapAsync());
        Assert.StartsWith("4 of 2 units of pool vllm-a (lowered from 4: 8 requests wait) are drawn by", (await People.WhyAsync(waiting.Key)).Value<WhyView>().Reason, StringComparison.Ordinal);
        Assert.Empty(await Store.AdmitAsync());

        await _gateway.EndChatAsync();
        await FinishAsync(3);
        await TurnsAsync(8);

        var pool = await PoolAsync();
        Assert.Equal((3, null, 3), (pool.Limit, pool.Gateway!.Frozen, pool.Gateway.Stable));
        Assert.Equal(["raised 2→3: healthy again, on the way back to 3", "lowered 4→2: 8 requests wait"],
            pool.Gateway.Moves.Select(m => $"{Board.Storage.Words.Of(m.Kind)} {m.From}→{m.To}: {m.Reason}"));
        Assert.Equal((0, 0, 0.5), (pool.Gateway.Signals!.Running, pool.Gateway.Signals.Waiting, pool.Gateway.Signals.CacheUse));
        var moved = await Store.ReadAsync(db => db.Events.Where(e => e.Type == EventTypes.PoolMoved).OrderBy(e => e.Seq).FirstAsync());
        Assert.Equal(("vllm-a", "board"), (moved.Pool, moved.Actor));
        Assert.Contains("\"waiting\":8", moved.Data, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lowered_cap_takes_back_the_offers_above_it_and_ends_nothing_that_runs()
    {
        await ServeAsync(capacity: 4, runs: 2);
        await CreateAsync("offered");
        await CreateAsync("offered");
        Assert.Equal(2, (await Store.AdmitAsync()).Count);
        _gateway.Chat(9);

        await TurnsAsync(2);

        Assert.Equal(["Running", "Running", "Withdrawn", "Withdrawn"], await Store.ReadAsync(db => db.Runs.OrderBy(r => r.State).Select(r => r.State).ToListAsync()));
    }

    [Fact]
    public async Task A_dead_probe_freezes_the_cap_and_says_so_until_it_answers_again()
    {
        await ServeAsync(capacity: 2, runs: 2);
        var waiting = await CreateAsync("behind");
        await TurnsAsync(1);
        var port = new Uri(_gateway.Url).Port;
        await _gateway.DisposeAsync();

        await TurnsAsync(12);

        var pool = await PoolAsync();
        Assert.Equal((2, CapSource.Controller), (pool.Limit, pool.Source));
        Assert.StartsWith("its probe is dead: ", pool.Gateway!.Frozen, StringComparison.Ordinal);
        Assert.NotNull(pool.Gateway.Fault);
        Assert.Equal([CapMoveKind.Frozen], pool.Gateway.Moves.Select(m => m.Kind));
        Assert.Contains("(frozen: its probe is dead: ", (await ShowAsync(waiting.Key)).Wait, StringComparison.Ordinal);

        _gateway = await GatewayEmulator.StartAsync(port);
        await TurnsAsync(1);

        Assert.Equal([EventTypes.PoolFrozen, EventTypes.AlarmRaised, EventTypes.PoolThawed],
            await Store.ReadAsync(db => db.Events.Where(e => e.Pool == "vllm-a" && e.Type != EventTypes.PoolCreated).OrderBy(e => e.Seq).Select(e => e.Type).ToListAsync()));
        Assert.Null((await PoolAsync()).Gateway!.Frozen);
    }

    [Fact]
    public async Task A_cap_held_by_hand_stays_until_it_is_released_and_goes_on_from_there()
    {
        await ServeAsync(capacity: 4, runs: 4);
        _gateway.Chat(9);

        await People.EditPoolAsync("vllm-a", """{"capacity":6,"hold":true,"reason":"a demo"}""");
        await TurnsAsync(9);
        Assert.Equal((6, CapSource.Override, 4), await CapAsync());
        Assert.Equal(8, (await PoolAsync()).Gateway!.Signals!.Waiting);

        await People.EditPoolAsync("vllm-a", """{"hold":false}""");
        Assert.Equal((6, CapSource.Controller, 4), await CapAsync());
        await TurnsAsync(2);
        Assert.Equal((2, CapSource.Controller, 4), await CapAsync());
        var edited = await Store.ReadAsync(db => db.Events.Where(e => e.Type == EventTypes.PoolEdited).OrderBy(e => e.Seq).FirstAsync(e => e.Data.Contains("hold")));
        Assert.Contains("\"hold\":{\"from\":false,\"to\":true}", edited.Data, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Held_without_a_number_it_stays_where_it_stands_and_without_a_probe_the_capacity_counts_again()
    {
        await ServeAsync(capacity: 4, runs: 4);
        _gateway.Chat(9);
        await TurnsAsync(2);

        await People.EditPoolAsync("vllm-a", """{"hold":true}""");
        Assert.Equal((2, CapSource.Override, 4), await CapAsync());

        await People.EditPoolAsync("vllm-a", """{"probe":null,"capacity":5}""");
        Assert.Equal((5, CapSource.Configured, 4), await CapAsync());
        Assert.Null((await PoolAsync()).Gateway);
        Assert.Equal(0, await Store.ReadAsync(db => db.Gateways.CountAsync()));
    }

    [Fact]
    public async Task One_of_several_replicas_takes_a_turn_and_another_goes_on_when_that_one_has_died()
    {
        await ServeAsync(capacity: 4, runs: 0);
        await Store.AdvanceAsync(Every);

        var taken = (await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => TakeAsync()))).SelectMany(t => t).ToList();
        Assert.Single(taken);
        Assert.Empty(await TakeAsync());

        // It never comes back with what it saw.
        await Store.AdvanceAsync(TimeSpan.FromSeconds(10));
        var next = Assert.Single(await TakeAsync());
        await RunAsync(taken[0]);
        Assert.Null((await PoolAsync()).Gateway!.ProbedAt);
        await RunAsync(next);
        Assert.NotNull((await PoolAsync()).Gateway!.ProbedAt);
    }

    [Fact]
    public async Task A_change_by_hand_makes_the_turn_under_way_void()
    {
        await ServeAsync(capacity: 4, runs: 4);
        _gateway.Chat(9);
        await TurnsAsync(1);
        await Store.AdvanceAsync(Every);
        var turn = Assert.Single(await TakeAsync());

        await People.EditPoolAsync("vllm-a", """{"capacity":5}""");
        await RunAsync(turn);

        Assert.Equal((5, CapSource.Controller, 4), await CapAsync());
    }

    [Fact]
    public async Task A_look_wakes_nobody_and_a_move_wakes_admission()
    {
        await ServeAsync(capacity: 4, runs: 4);
        var woken = Store.Services.GetRequiredService<AdmissionSignal>();
        using var once = new CancellationTokenSource();
        await woken.WaitAsync(default);
        var wake = woken.WaitAsync(once.Token);

        await TurnsAsync(2);
        Assert.False(wake.IsCompleted);
        _gateway.Chat(9);
        await TurnsAsync(2);

        await wake.WaitAsync(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task What_runs_meet_lowers_the_cap_of_the_gateways_they_draw_from_once()
    {
        await ServeAsync(capacity: 4, runs: 4);
        await People.EditPoolAsync("vllm-a", """{"probe":"runs","address":null}""");
        await TurnsAsync(1);
        var runs = await Store.ReadAsync(db => db.Runs.OrderBy(r => r.CorrelationId).Select(r => r.CorrelationId).ToListAsync());

        await Store.UseAsync(db => db.AddReportsAsync("w1", [new(runs[0], 1, 2, 0, 4, 800), new(runs[1], 9, 50, 0, 0, 0), new(Guid.CreateVersion7(), 1, 50, 0, 0, 0)], default));
        await Store.UseAsync(db => db.AddReportsAsync("w2", [new(runs[1], 1, 50, 0, 0, 0)], default));
        await Store.FinishAsync("w1", new FinishItem(runs[0], 1, Outcome.Failed, Met: new(runs[0], 1, 1, int.MinValue, 0, double.NaN)));
        await TurnsAsync(1);

        var pool = await PoolAsync();
        Assert.Equal((2, "3 requests were refused (429 or 503)"), (pool.Limit, pool.Gateway!.Moves.Single().Reason));
        Assert.Equal((3, 0, 200), (pool.Gateway.Signals!.Refused, pool.Gateway.Signals.TimedOut, pool.Gateway.Signals.RunLatencyMs));
        await TurnsAsync(1);
        Assert.Equal(0, (await PoolAsync()).Gateway!.Signals!.Refused);
    }

    [Fact]
    public async Task A_key_comes_from_the_boards_environment_and_is_shown_nowhere()
    {
        await ServeAsync(capacity: 4, runs: 0);
        await People.EditPoolAsync("vllm-a", """{"key":"KANBAN_KEY_OF_A_TEST"}""");
        await TurnsAsync(1);
        Assert.Equal("the board's environment has no KANBAN_KEY_OF_A_TEST", (await PoolAsync()).Gateway!.Fault);

        Environment.SetEnvironmentVariable("KANBAN_KEY_OF_A_TEST", "s3cret");
        await TurnsAsync(1);

        Assert.Equal("Bearer s3cret", _gateway.LastAuthorization);
        var pool = await PoolAsync();
        Assert.Null(pool.Gateway!.Fault);
        Assert.DoesNotContain("s3cret", System.Text.Json.JsonSerializer.Serialize(pool, Json.Client), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"address":"http://a"}""", "/address")]
    [InlineData("""{"hold":true}""", "/hold")]
    [InlineData("""{"probe":"vllm"}""", "/address")]
    [InlineData("""{"probe":"vllm","address":"ftp://a"}""", "/address")]
    [InlineData("""{"probe":"vllm","address":"http://me:secret@a"}""", "/address")]
    [InlineData("""{"probe":"vllm","address":"http://a/?key=1"}""", "/address")]
    [InlineData("""{"probe":"runs","address":"http://a"}""", "/address")]
    [InlineData("""{"probe":"prometheus","address":"http://a","overloadAbove":1}""", "/query")]
    [InlineData("""{"probe":"prometheus","address":"http://a","query":"up"}""", "/overloadAbove")]
    [InlineData("""{"probe":"vllm","address":"http://a","query":"up"}""", "/query")]
    [InlineData("""{"probe":"vllm","address":"http://a","key":"KANBAN__Access__AdminKey"}""", "/key")]
    [InlineData("""{"probe":"vllm","address":"http://a","overloadAbove":3,"healthyBelow":4}""", "/healthyBelow")]
    public async Task What_makes_no_probe_is_refused_where_it_is_and_changes_nothing(string patch, string pointer)
    {
        await People.CreatePoolAsync(new("g", PoolKind.Gateway));

        var (at, detail) = (await People.EditPoolAsync("g", patch)).Fault();

        Assert.Equal(pointer, at);
        Assert.DoesNotContain("secret", detail, StringComparison.Ordinal);
        Assert.Equal(0, await Store.ReadAsync(db => db.Gateways.CountAsync()));
    }

    [Fact]
    public async Task Only_gateways_are_probed()
    {
        Assert.Equal("/probe", (await People.CreatePoolAsync(new("x", Capacity: 2, Probe: ProbeKind.Runs))).Fault().Pointer);
        Assert.Equal("/key", (await People.CreatePoolAsync(new("x", PoolKind.Gateway, Key: "KANBAN_KEY_A"))).Fault().Pointer);
    }

    /// <summary>The pool <c>vllm-a</c> that every run of the lane draws one unit of, and so many runs at work.</summary>
    private async Task ServeAsync(int capacity, int runs)
    {
        (await People.CreatePoolAsync(new("vllm-a", PoolKind.Gateway, capacity, Floor: 1, Ceiling: 8, Probe: ProbeKind.Vllm, Address: _gateway.Url))).Value<PoolView>();
        await People.EditLaneAsync("shell", """{"draws":{"vllm-a":1}}""");
        await Store.AddWorkerAsync("w1", "shell=9");
        for (var i = 0; i < runs; i++)
            await CreateAsync("at work");
        foreach (var offer in await Store.AdmitAsync())
            await Store.ClaimAsync("w1", offer.RunId);
    }

    private async Task FinishAsync(int runs)
    {
        foreach (var run in await Store.ReadAsync(db => db.Runs.Where(r => r.State == "Running").OrderBy(r => r.CorrelationId).Take(runs).Select(r => r.CorrelationId).ToListAsync()))
            await Store.FinishAsync("w1", new FinishItem(run, 1, Outcome.Succeeded));
        foreach (var offer in await Store.AdmitAsync())
            await Store.ClaimAsync("w1", offer.RunId);
    }

    private async Task TurnsAsync(int turns)
    {
        for (var i = 0; i < turns; i++)
        {
            await Store.AdvanceAsync(Every);
            foreach (var turn in await TakeAsync())
                await RunAsync(turn);
        }
    }

    private Task<IReadOnlyList<GatewayTurn.Taken>> TakeAsync() => Store.UseAsync(async s => (await s.GetRequiredService<GatewayTurn>().TakeAsync(default)).Turns);

    private Task<bool> RunAsync(GatewayTurn.Taken turn) => Store.UseAsync(async s =>
    {
        await s.GetRequiredService<GatewayTurn>().RunAsync(turn, default);
        return true;
    });

    private async Task<PoolView> PoolAsync() => (await People.ShowPoolAsync("vllm-a")).Value<PoolView>();

    private async Task<(int?, CapSource, int)> CapAsync() => await PoolAsync() is var pool ? (pool.Limit, pool.Source, pool.Used) : default;
}
