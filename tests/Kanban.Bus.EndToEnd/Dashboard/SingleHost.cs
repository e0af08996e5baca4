using System.Globalization;
using Kanban.Bus.Contracts;
using Kanban.Bus.IntegrationTests.Harness;
using Kanban.Bus.IntegrationTests.Servers;
using Kanban.Bus.Tests.Harness;

namespace Kanban.Bus.EndToEnd.Dashboard;

/// <summary>A real single-host board, <c>kanban up</c>, in a process and a home of its own, with its local worker and the lane <c>shell</c>.</summary>
public sealed class SingleHost : IAsyncLifetime, IAsyncDisposable
{
    private readonly Guard _guard = new("up");
    private readonly Dictionary<string, string> _environment;
    private ServerProcess? _process;

    public SingleHost()
    {
        Url = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePorts.Take()}");
        Api = new BoardApi(Url, AdminKey);
        _environment = new Dictionary<string, string>(KanbanProgram.Environment(_guard.Folder)) { ["KANBAN__Access__AdminKey"] = AdminKey };
    }

    public string Url { get; }

    public string AdminKey { get; } = "kbk_" + Guid.CreateVersion7().ToString("N") + Guid.CreateVersion7().ToString("N");

    /// <summary>The board's API, as an administrator: what the tests do behind the page's back.</summary>
    public BoardApi Api { get; }

    private ServerProcess Process => _process ?? throw new InvalidOperationException("The board was not started.");

    public async Task InitializeAsync()
    {
        if (Browser.Chromium.Missing is null)
            await StartAsync();
    }

    /// <summary>Starts it, or starts it again on the same home and address, and waits for its local worker.</summary>
    public async Task StartAsync()
    {
        var started = TimeProvider.System.GetUtcNow();
        _process?.Dispose();
        _process = ServerProcess.Start(_guard.Folder, "up", [KanbanProgram.Path, "up", "--home", Path.Combine(_guard.Folder, "home"), "--listen", Url], _environment);
        await Eventually.Async(
            async () => Process.HasExited || (await Api.IsReadyAsync() && (await Api.WorkersAsync()).Any(w => w.State == WorkerState.Live && w.RegisteredAt > started)),
            within: TimeSpan.FromSeconds(60),
            text: $"kanban up is ready at {Url} and its worker has registered. Its log is {Process.LogFile}");
        if (Process.HasExited)
            throw new InvalidOperationException($"kanban up ended while it started:\n{Process.LogTail(40)}");
    }

    public Task Kill9Async() => Process.EndAsync(Signals.Kill, TimeSpan.FromSeconds(10));

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
            await _process.EndAsync(Signals.Terminate, TimeSpan.FromSeconds(20));
        _process?.Dispose();
        Api.Dispose();
        _guard.Dispose();
    }
}
