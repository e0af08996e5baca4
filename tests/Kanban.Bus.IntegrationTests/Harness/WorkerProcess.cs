using System.Globalization;
using Kanban.Bus.IntegrationTests.Servers;
using Kanban.Bus.Tests.Harness;

namespace Kanban.Bus.IntegrationTests.Harness;

/// <summary>What a worker of a test is like.</summary>
/// <param name="Host">Name of the host it says it runs on; all of them are this machine.</param>
public sealed record WorkerShape(
    string Id, string Host, IReadOnlyDictionary<string, int> Lanes, IReadOnlyList<string>? Capabilities = null)
{
    /// <summary>A worker of one lane whose host is named as itself.</summary>
    public WorkerShape(string id, string lane, int slots)
        : this(id, id, new Dictionary<string, int> { [lane] = slots })
    {
    }

    /// <summary>Of its folder and log: another than its id where two processes have the same id.</summary>
    public string Name { get; init; } = Id;

    /// <summary>Settings of its section <c>Worker</c>, such as <c>DrainLimit</c>.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();
}

/// <summary>A worker as a process of its own. Its runs are processes beside it, which outlive it when it is killed.</summary>
public sealed class WorkerProcess : IAsyncDisposable
{
    private readonly string _folder;
    private readonly List<string> _command;
    private readonly Dictionary<string, string> _environment;
    private ServerProcess? _process;

    internal WorkerProcess(string folder, WorkerShape shape, string boardUrl, string workerKey)
    {
        _folder = folder;
        Shape = shape;
        _command = [KanbanProgram.Path, "worker", "run", "--id", shape.Id, "--host", shape.Host, "--home", Home];
        foreach (var (lane, slots) in shape.Lanes)
            _command.AddRange(["--lane", string.Create(CultureInfo.InvariantCulture, $"{lane}={slots}")]);
        foreach (var capability in shape.Capabilities ?? [])
            _command.AddRange(["--capability", capability]);
        _environment = new Dictionary<string, string>(KanbanProgram.Environment(folder))
        {
            ["KANBAN_URL"] = boardUrl,
            ["KANBAN_TOKEN"] = workerKey,
            // What else this machine does is no reason to take no work.
            ["KANBAN__Worker__Quiet__MemoryPercent"] = "0",
        };
        foreach (var (key, value) in shape.Settings)
            _environment["KANBAN__Worker__" + key.Replace(":", "__", StringComparison.Ordinal)] = value;
    }

    public WorkerShape Shape { get; }

    public string Id => Shape.Id;

    /// <summary>Its state directory.</summary>
    public string Home => Path.Combine(_folder, "worker-" + Shape.Name);

    public int ProcessId => Process.Id;

    /// <summary>Everything it has written, over all its starts.</summary>
    public string Log => File.ReadAllText(Process.LogFile);

    public bool HasExited => Process.HasExited;

    public bool IsRunning => _process is { HasExited: false };

    private ServerProcess Process => _process ?? throw new InvalidOperationException($"Worker {Id} was not started.");

    /// <summary>Starts it, or starts it again on the same home. Wait for it by <see cref="BoardApi.WorkerIsLiveAsync"/>.</summary>
    public void Launch()
    {
        _process?.Dispose();
        _process = ServerProcess.Start(_folder, "worker-" + Shape.Name, _command, _environment);
    }

    /// <summary>Kills the worker alone; what it runs goes on without it.</summary>
    public Task Kill9Async() => Process.EndAsync(Signals.Kill, TimeSpan.FromSeconds(10));

    /// <summary>Kills the worker and every process of its runs, as the death of its host would. Returns when all are seen dead.</summary>
    public async Task KillHostAsync()
    {
        await Kill9Async();
        // Again and again: what one look finds may start another process before it dies.
        await Eventually.Async(() =>
        {
            var left = LiveProcesses.WorkingIn(Home).Where(LiveProcesses.IsAlive).ToList();
            left.ForEach(process => Signals.Send(process, Signals.Kill));
            return left.Count == 0;
        });
    }

    /// <summary>SIGTERM: the worker drains and says goodbye.</summary>
    public Task TerminateAsync(TimeSpan? grace = null) => Process.EndAsync(Signals.Terminate, grace ?? TimeSpan.FromSeconds(60));

    public Task FreezeAsync() => Process.FreezeAsync();

    public void Thaw() => Process.Signal(Signals.Continue);

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
            await KillHostAsync();
        _process?.Dispose();
    }
}
