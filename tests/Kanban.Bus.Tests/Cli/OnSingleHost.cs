namespace Kanban.Bus.Tests.Cli;

/// <summary>Each test has a <c>kanban up</c> of its own, as a process, and commands that find it by the context file it wrote.</summary>
public abstract class OnSingleHost : IAsyncLifetime, IDisposable
{
    private readonly List<string> _greeting = [];

    /// <param name="settings">For example <c>Lease:Heartbeat</c>; a drain of one second is preset, so that it stops soon.</param>
    private protected OnSingleHost(Dictionary<string, string>? settings = null, params string[] flags)
    {
        var environment = new Dictionary<string, string> { ["KANBAN__Worker__DrainLimit"] = "00:00:01" };
        foreach (var (key, value) in settings ?? [])
            environment["KANBAN__" + key.Replace(":", "__", StringComparison.Ordinal)] = value;
        Up = new KanbanProcess(environment, ["up", "--listen", "http://127.0.0.1:0", .. flags]);
        Kanban = new CommandLine().With("HOME", Up.Home).With("XDG_CONFIG_HOME", Path.Combine(Up.Home, ".config"));
    }

    private protected KanbanProcess Up { get; }

    private protected CommandLine Kanban { get; }

    /// <summary>What it said to whoever started it.</summary>
    protected IReadOnlyList<string> Greeting => _greeting;

    public async Task InitializeAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        while (!_greeting.Any(line => line.Contains("Try ", StringComparison.Ordinal)))
            _greeting.Add(await Up.Out.ReadLineAsync(patience.Token) ?? throw new InvalidOperationException("kanban up ended: " + string.Join('\n', _greeting)));
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose()
    {
        Kanban.Dispose();
        Up.Dispose();
        GC.SuppressFinalize(this);
    }
}
