using System.Globalization;
using Kanban.Bus.Cli.Workers;
using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;
using Kanban.Bus.Worker.Bus;
using Kanban.Bus.Worker.Hosting;
using MassTransit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kanban.Bus.Tests.Worker;

/// <summary>A worker with real processes, a <see cref="FakeBoard"/>, and an in-memory bus or, when that board names one, a broker.</summary>
public sealed class WorkerHarness : IAsyncDisposable
{
    private readonly IBusControl? _bus;
    private readonly string _folder = Directory.CreateTempSubdirectory("kanban-worker-").FullName;
    private readonly List<(WorkerLife Life, CancellationTokenSource Abort, TaskCompletionSource Leave, Task<int> Running)> _lives = [];

    private WorkerHarness(FakeBoard board, IBusControl? bus) => (Board, _bus) = (board, bus);

    public FakeBoard Board { get; }
    public ILoggerFactory Loggers { get; set; } = NullLoggerFactory.Instance;
    /// <summary>By which leases age; null for the host's own.</summary>
    public TimeProvider? Uptime { get; private init; }
    public string Home => Path.Combine(_folder, "home");
    public Action<WorkerOptions> Configure { get; set; } = _ => { };

    internal WorkerLife Life => _lives[^1].Life;

    public static async Task<WorkerHarness> StartAsync(Action<WorkerOptions>? configure = null, Action<FakeBoard>? prepare = null, ILoggerFactory? loggers = null, bool waitUntilItConsumes = true, TimeProvider? uptime = null)
    {
        var board = await FakeBoard.StartAsync();
        prepare?.Invoke(board);
        var bus = board.Broker is null ? MassTransit.Bus.Factory.CreateUsingInMemory(c => c.UseRawJsonSerializer()) : null;
        if (bus is not null)
            await bus.StartAsync();
        var harness = new WorkerHarness(board, bus) { Configure = configure ?? (_ => { }), Loggers = loggers ?? NullLoggerFactory.Instance, Uptime = uptime };
        await harness.StartWorkerAsync(waitUntilItConsumes);
        return harness;
    }

    /// <summary>Another process of the same worker, with the same home.</summary>
    public async Task StartWorkerAsync(bool waitUntilItConsumes = true)
    {
        var options = new WorkerOptions { Id = "w1", Host = "here", BoardUrl = Board.Address.ToString(), Token = "kbw_test", Home = Home };
        options.Lanes["shell"] = 4;
        // What this machine happens to have is no business of a test.
        options.FindAgents = false;
        options.Quiet.MemoryPercent = 0;
        Configure(options);
        Assert.Empty(WorkerOptionsCheck.Faults(options));
        options.FillDefaults();
        var abort = new CancellationTokenSource();
        var leave = new TaskCompletionSource();
        var (registered, beats) = (Board.Registrations.Count, Board.Heartbeats.Count);
        var life = new WorkerLife(options, _bus is null ? null : new SharedBus(new MemoryQueues(_bus), TimeProvider.System), Loggers, TimeProvider.System, Uptime);
        _lives.Add((life, abort, leave, life.RunAsync(leave.Task, abort.Token)));
        await Eventually.Async(() => Board.Registrations.Count > registered && (!waitUntilItConsumes || (Board.Heartbeats.Count > beats && life.Consumes)));
    }

    /// <summary>As SIGKILL: the worker is gone in mid-step, its runs live on.</summary>
    public async Task AbandonWorkerAsync()
    {
        var (life, abort, _, running) = _lives[^1];
        _lives.RemoveAt(_lives.Count - 1);
        await abort.CancelAsync();
        await Task.WhenAny(running, Task.Delay(TimeSpan.FromSeconds(10)));
        await life.DisposeAsync();
    }

    /// <summary>As SIGTERM; returns the worker's exit code.</summary>
    public Task<int> LeaveAsync()
    {
        _lives[^1].Leave.TrySetResult();
        return _lives[^1].Running;
    }

    public Task<int> Running => _lives[^1].Running;

    public static Grant Grant(string body, RunLimits? limits = null, double leaseSeconds = 30)
    {
        var runId = Guid.CreateVersion7();
        return new Grant(
            runId, "main-7", "A task", "shell", 1, 3, leaseSeconds, "kbr_" + runId.ToString("N", CultureInfo.InvariantCulture), "shell", body, "# A task\n",
            [new ParentResult("main-1", "Before", "it went well", null)],
            limits ?? new RunLimits(null, null, 2, OnDisconnect.Continue));
    }

    /// <summary>Offers the run; the worker claims and starts it.</summary>
    public async Task<Guid> OfferAsync(Grant grant)
    {
        Board.Offer(grant);
        await OfferAgainAsync(grant);
        return grant.RunId;
    }

    /// <summary>Only the message: whether a claim of it is granted is the board's business.</summary>
    public async Task OfferAgainAsync(Grant grant)
    {
        var queue = await _bus!.GetSendEndpoint(new Uri("queue:kanban.lane." + grant.Lane));
        await queue.Send(new RunOffered(grant.RunId, grant.TaskKey, grant.Lane, grant.Attempt));
    }

    /// <summary>Runs a body to its end and returns what the board was told.</summary>
    public async Task<FinishItem> RunAsync(Grant grant)
    {
        await OfferAsync(grant);
        return await FinishAsync(grant.RunId);
    }

    public Task<FinishItem> RunAsync(string body) => RunAsync(Grant(body));

    public Task<FinishItem> FinishAsync(Guid runId) => Eventually.ValueAsync(() => Task.FromResult(Board.FinishOf(runId)));

    /// <summary>Text of the run's standard output that the board has so far.</summary>
    public string Out(Guid runId) => System.Text.Encoding.UTF8.GetString(Board.Log(runId, "stdout"));

    public async ValueTask DisposeAsync()
    {
        foreach (var (life, abort, _, running) in _lives)
        {
            life.Held.StopAll(new Kanban.Bus.Worker.Runs.StopCause(Outcome.Stopped, "the test is over"));
            await Task.WhenAny(Task.WhenAll(life.Held.All.Select(r => r.Ended)), Task.Delay(TimeSpan.FromSeconds(10)));
            if (!running.IsCompleted)
                await abort.CancelAsync();
            await Task.WhenAny(running, Task.Delay(TimeSpan.FromSeconds(10)));
            await life.DisposeAsync();
        }
        if (_bus is not null)
            await _bus.StopAsync(TimeSpan.FromSeconds(2));
        await Board.DisposeAsync();
        // A run's folder may be going away at this very moment.
        await Eventually.Async(() =>
        {
            if (Directory.Exists(_folder))
                Directory.Delete(_folder, recursive: true);
            return true;
        });
    }
}
