using System.Globalization;
using System.Text;
using Kanban.Bus.Tests.Harness;

namespace Kanban.Bus.IntegrationTests.Servers;

/// <summary>A private RabbitMQ node: own name, cookie, folders and epmd; every port on loopback only.</summary>
public sealed class RabbitServer : IAsyncDisposable
{
    private readonly Guard _guard;
    private readonly string _advanced;
    private readonly int _epmdPort = FreePorts.Take();
    private readonly int _distributionPort = FreePorts.Take();
    private ServerProcess? _epmd;
    private ServerProcess? _node;
    private int _hosts;

    private RabbitServer(Guard guard, string advanced)
    {
        _guard = guard;
        _advanced = advanced;
        Management = new RabbitManagement(FreePorts.Take());
    }

    public int Port { get; } = FreePorts.Take();

    /// <summary>Every port of the node: AMQP, management, distribution, epmd.</summary>
    public IReadOnlyList<int> Ports => [Port, Management.Port, _distributionPort, _epmdPort];

    /// <summary>The management plugin's API, for assertions on queues.</summary>
    public RabbitManagement Management { get; }

    /// <summary>Makes a node and starts it; about ten seconds on two cores.</summary>
    /// <param name="advanced">Erlang terms for <c>advanced.config</c>, such as <c>[{rabbit, [{consumer_timeout, 4000}]}].</c></param>
    public static async Task<RabbitServer> StartNewAsync(string advanced = "[].")
    {
        if (Programs.RabbitServer is null || Programs.Epmd is null)
            throw new InvalidOperationException(Programs.Missing ?? "epmd is not installed: apt-get install erlang-base.");
        var server = new RabbitServer(new Guard("rabbitmq"), advanced);
        try
        {
            await server.WriteConfigurationAsync();
            await server.StartAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>A new, empty virtual host with full rights for <c>guest</c>.</summary>
    /// <returns>Its <c>amqp://</c> address.</returns>
    public async Task<string> CreateVirtualHostAsync()
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"test-{Interlocked.Increment(ref _hosts)}");
        await Management.CreateVirtualHostAsync(name);
        return Uri(name);
    }

    private string NodeName => string.Create(CultureInfo.InvariantCulture, $"kanban-{Port}@localhost");

    public string Uri(string virtualHost) => $"amqp://guest:guest@127.0.0.1:{Port}/{System.Uri.EscapeDataString(virtualHost)}";

    /// <summary>Starts the node on its folder and waits until it takes connections and management answers.</summary>
    public async Task StartAsync()
    {
        var environment = NodeEnvironment();
        if (_epmd is not { HasExited: false })
        {
            _epmd?.Dispose();
            _epmd = ServerProcess.Start(_guard.Folder, "epmd", [Programs.Epmd!, "-address", "127.0.0.1", "-port", environment["ERL_EPMD_PORT"]], environment);
            await Eventually.Async(() => Listeners.AddressesOf(_epmdPort).Count > 0, text: "epmd listens: " + _epmd.LogFile);
        }
        _node?.Dispose();
        _node = ServerProcess.Start(_guard.Folder, "rabbitmq", [Programs.RabbitServer!], environment);
        await Eventually.Async(
            async () => _node.HasExited || await Management.IsReadyAsync(),
            within: TimeSpan.FromMinutes(4),
            text: $"RabbitMQ answers on port {Port}. Its log is {_guard.Folder}/rabbitmq.log");
        if (_node.HasExited)
            throw new InvalidOperationException("RabbitMQ ended while it started: " + _node.LogTail());
    }

    /// <summary>Returns when a new quorum queue would outlive a kill -9 of the node.</summary>
    /// <remarks>
    /// RabbitMQ 3.10 writes the queue's name to its Raft directory (<c>names.dets</c>) up to three seconds after it has
    /// answered the declaration. Killed before, it comes back with a queue that exists and never answers.
    /// </remarks>
    public Task DeclaredOnDiskAsync(string queue) => Eventually.Async(() => IsDeclaredOnDisk(queue));

    public bool IsDeclaredOnDisk(string queue) => Directory.EnumerateFiles(Path.Combine(_guard.Folder, "mnesia"), "names.dets", SearchOption.AllDirectories)
        .Any(f => File.ReadAllText(f, Encoding.Latin1).Contains(queue, StringComparison.Ordinal));

    /// <summary>Runs <c>rabbitmqctl</c> on the node, about two seconds: for alarms and policies.</summary>
    /// <returns>What it wrote.</returns>
    public async Task<string> ControlAsync(params string[] command)
    {
        var program = Path.Combine(Path.GetDirectoryName(Programs.RabbitServer!)!, "rabbitmqctl");
        var environment = NodeEnvironment().Where(e => e.Key is not ("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS" or "RABBITMQ_DIST_PORT")).Select(e => $"{e.Key}={e.Value}");
        return await Command.RunAsync("env", [.. environment, program, "-n", NodeName, .. command]);
    }

    /// <summary>The queue drops its consumers and tells nobody: their channels stay open and get nothing more.</summary>
    /// <param name="queue">A quorum queue.</param>
    public Task ForgetConsumersAsync(string virtualHost, string queue) => ControlAsync("eval", $$"""
        {ok, Q} = rabbit_amqqueue:lookup(rabbit_misc:r(<<"{{virtualHost}}">>, queue, <<"{{queue}}">>)),
        [{ok, _, _} = ra:process_command(amqqueue:get_pid(Q), rabbit_fifo:make_checkout({element(2, C), element(1, C)}, cancel, #{})) || C <- rabbit_amqqueue:consumers(Q)].
        """);

    /// <summary>Kills the node with SIGKILL.</summary>
    public async Task Kill9Async()
    {
        if (_node is not null)
            await _node.EndAsync(Signals.Kill, TimeSpan.FromSeconds(10));
    }

    /// <summary>An orderly stop; queues and messages stay on disk.</summary>
    public async Task StopAsync()
    {
        if (_node is not null)
            await _node.EndAsync(Signals.Terminate, TimeSpan.FromSeconds(30));
    }

    /// <summary>Freezes the node: connections stay open and nothing moves.</summary>
    public Task FreezeAsync() => _node?.FreezeAsync() ?? Task.CompletedTask;

    public void Thaw() => _node?.Signal(Signals.Continue);

    /// <summary>Forgets all queues and messages, as a wiped broker would. The node must be stopped.</summary>
    public void Wipe() => Directory.Delete(Path.Combine(_guard.Folder, "mnesia"), recursive: true);

    public async ValueTask DisposeAsync()
    {
        // Its data is thrown away: no reason to wait for an orderly stop.
        if (_node is { HasExited: false })
            await _node.EndAsync(Signals.Kill, TimeSpan.FromSeconds(5));
        if (_epmd is { HasExited: false })
            await _epmd.EndAsync(Signals.Kill, TimeSpan.FromSeconds(5));
        _node?.Dispose();
        _epmd?.Dispose();
        Management.Dispose();
        _guard.Dispose();
    }

    private Dictionary<string, string> NodeEnvironment() => new()
    {
        ["HOME"] = _guard.Folder,
        ["RABBITMQ_NODENAME"] = NodeName,
        ["RABBITMQ_MNESIA_BASE"] = Path.Combine(_guard.Folder, "mnesia"),
        ["RABBITMQ_LOG_BASE"] = Path.Combine(_guard.Folder, "logs"),
        ["RABBITMQ_LOGS"] = "-",
        ["RABBITMQ_PID_FILE"] = Path.Combine(_guard.Folder, "rabbitmq.pid"),
        ["RABBITMQ_CONFIG_FILE"] = Path.Combine(_guard.Folder, "rabbitmq.conf"),
        ["RABBITMQ_ADVANCED_CONFIG_FILE"] = Path.Combine(_guard.Folder, "advanced.config"),
        ["RABBITMQ_CONF_ENV_FILE"] = Path.Combine(_guard.Folder, "rabbitmq-env.conf"),
        ["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(_guard.Folder, "enabled_plugins"),
        ["RABBITMQ_GENERATED_CONFIG_DIR"] = Path.Combine(_guard.Folder, "config"),
        ["RABBITMQ_DIST_PORT"] = _distributionPort.ToString(CultureInfo.InvariantCulture),
        // A scheduler without work sleeps at once: by default it spins for a while, which several nodes on few cores take from each other.
        ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "+sbwt none +sbwtdcpu none +sbwtdio none -start_epmd false -kernel inet_dist_use_interface {127,0,0,1}",
        ["ERL_EPMD_PORT"] = _epmdPort.ToString(CultureInfo.InvariantCulture),
        ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
        ["ERL_CRASH_DUMP_SECONDS"] = "0",
    };

    private async Task WriteConfigurationAsync()
    {
        await File.WriteAllTextAsync(Path.Combine(_guard.Folder, "rabbitmq.conf"), string.Create(CultureInfo.InvariantCulture, $"""
            listeners.tcp.default = 127.0.0.1:{Port}
            management.tcp.ip = 127.0.0.1
            management.tcp.port = {Management.Port}
            collect_statistics_interval = 1000
            disk_free_limit.absolute = 50MB
            vm_memory_high_watermark.absolute = 1GB
            log.console.level = warning

            """));
        await File.WriteAllTextAsync(Path.Combine(_guard.Folder, "advanced.config"), _advanced + "\n");
        await File.WriteAllTextAsync(Path.Combine(_guard.Folder, "rabbitmq-env.conf"), "");
        await File.WriteAllTextAsync(Path.Combine(_guard.Folder, "enabled_plugins"), "[rabbitmq_management].\n");
    }
}
