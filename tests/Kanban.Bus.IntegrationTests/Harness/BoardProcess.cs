using System.Globalization;
using Kanban.Bus.IntegrationTests.Servers;
using Kanban.Bus.Tests.Harness;

namespace Kanban.Bus.IntegrationTests.Harness;

/// <summary>A board service as a process of its own. Kill it, freeze it, start it again on the same port.</summary>
public sealed class BoardProcess : IAsyncDisposable
{
    private readonly string _folder;
    private readonly string _name;
    private readonly Dictionary<string, string> _environment;
    private ServerProcess? _process;

    internal BoardProcess(string folder, string name, string adminKey, IReadOnlyDictionary<string, string> settings)
    {
        _folder = folder;
        _name = name;
        var port = FreePorts.Take();
        Url = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");
        Api = new BoardApi(Url, adminKey);
        _environment = new Dictionary<string, string>(KanbanProgram.Environment(folder))
        {
            ["KANBAN__Home"] = Path.Combine(folder, name),
            ["KANBAN__Listen"] = Url,
            ["KANBAN__Access__AdminKey"] = adminKey,
        };
        foreach (var (key, value) in settings)
            _environment["KANBAN__" + key.Replace(":", "__", StringComparison.Ordinal)] = value;
    }

    public string Url { get; }

    /// <summary>The API of this board, as an administrator.</summary>
    public BoardApi Api { get; }

    public int ProcessId => Process.Id;

    public bool IsRunning => _process is { HasExited: false };

    /// <summary>Everything it has written, over all its starts.</summary>
    public string Log => File.ReadAllText(Process.LogFile);

    private ServerProcess Process => _process ?? throw new InvalidOperationException($"{_name} was not started.");

    /// <summary>Starts it and returns without waiting, for tests of a start that has to wait or fails.</summary>
    public void Launch()
    {
        _process?.Dispose();
        _process = ServerProcess.Start(_folder, _name, [KanbanProgram.Path, "board", "serve"], _environment);
    }

    /// <summary>Starts it and waits until <c>/health/ready</c> says yes.</summary>
    public async Task StartAsync()
    {
        Launch();
        await Eventually.Async(
            async () => Process.HasExited || await Api.IsReadyAsync(),
            within: TimeSpan.FromMinutes(2),
            text: $"{_name} is ready at {Url}. Its log is {Process.LogFile}");
        if (Process.HasExited)
            throw new InvalidOperationException($"{_name} ended while it started:\n{Process.LogTail(40)}");
    }

    public Task Kill9Async() => Process.EndAsync(Signals.Kill, TimeSpan.FromSeconds(10));

    /// <summary>SIGTERM, and waits for an orderly end.</summary>
    public Task TerminateAsync() => Process.EndAsync(Signals.Terminate, TimeSpan.FromSeconds(30));

    public Task FreezeAsync() => Process.FreezeAsync();

    public void Thaw() => Process.Signal(Signals.Continue);

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
            await _process.EndAsync(Signals.Kill, TimeSpan.FromSeconds(10));
        _process?.Dispose();
        Api.Dispose();
    }
}
