using System.Globalization;
using Kanban.Bus.Contracts;
using Kanban.Bus.Worker.Executors.Agents;
using Kanban.Bus.Worker.Hosting;
using Kanban.Bus.Worker.Shim;
using Kanban.Bus.Worker.Spool;

namespace Kanban.Bus.Worker.Executors;

/// <summary>Executor <c>container</c>: the profile's image and command by the command line of docker or podman. The container dies with the run: it is removed by its name, and seen gone, however the command line ended.</summary>
internal sealed class ContainerExecutor : Executor
{
    private const string Files = "/kanban";
    private const string Workspace = "/workspace";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(1);

    // Of the host, of the command line itself, or of a kanban that is not in the image.
    private static readonly string[] NotPassed = ["PATH", "HOME", "TMPDIR", "KANBAN_ENDING_FILE", "KANBAN_PULSE_FILE"];

    // What tells the engine's command line where its engine is, its images, and who it is there.
    private static readonly string[] EngineNames = ["HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "DBUS_SESSION_BUS_ADDRESS", "REGISTRY_AUTH_FILE"];
    private static readonly string[] EnginePrefixes = ["DOCKER_", "CONTAINER_", "CONTAINERS_", "PODMAN_"];

    public override string Name => "container";
    public override bool BoundsItself => true;

    // Podman's containers are processes of this host: they would have it from the worker and from the engine's command line.
    public override IReadOnlyList<StopStep> StopSteps => StopStep.TermToCommand;

    public override Launch Prepare(LaunchOrder order)
    {
        var (run, profile) = (order.Run, order.Profile);
        if (profile.Image is not { Length: > 0 } image)
            throw new RunNotStartedException($"the profile '{order.Grant.Profile}' names no image");
        var engine = profile.Binary is { Length: > 0 } given ? given : OnPath.Find("docker") ?? OnPath.Find("podman")
            ?? throw new RunNotStartedException("this host has neither docker nor podman");
        List<string> command =
        [
            engine, "run", "--rm", "--init", "--name", NameOf(run), "--label", $"dev.kanbanbus.run={run.RunId}", "--label", $"dev.kanbanbus.task={order.Grant.TaskKey}",
            "--volume", $"{run.Workspace}:{Workspace}", "--workdir", Workspace,
            // Podman's removal would give it a grace of its own after the run's. Its output is in the run's log, where its secrets are starred out.
            "--stop-timeout", "0", "--log-driver", "none",
        ];
        // Docker's root is the host's; podman's is whoever started it.
        if (Environment.UserName != "root" && !Path.GetFileName(engine).Contains("podman", StringComparison.Ordinal))
            command.AddRange(["--user", $"{Kernel.UserId()}:{Kernel.GroupId()}"]);
        if (profile.Limits.MemoryMb is { } memory)
            command.AddRange(["--memory", $"{memory.ToString(CultureInfo.InvariantCulture)}m"]);
        if (profile.Limits.Processes is { } processes)
            command.AddRange(["--pids-limit", processes.ToString(CultureInfo.InvariantCulture)]);

        var environment = OfEngine(order);
        var state = new AgentState { Executor = Name, Engine = engine, EngineEnvironment = new(environment), MemoryMb = profile.Limits.MemoryMb };
        environment["KANBAN_WORKSPACE"] = Workspace;
        foreach (var (variable, path, writes) in Shared(run))
        {
            // What is not there would become a directory.
            if (!File.Exists(path))
                AtomicFile.Write(path, []);
            var inside = $"{Files}/{Path.GetFileName(path)}";
            command.AddRange(["--volume", $"{path}:{inside}{(writes ? "" : ":ro")}"]);
            environment[variable] = inside;
        }
        // By name: an argument list is public on its host.
        foreach (var name in order.Environment.Keys.Except(NotPassed).Order(StringComparer.Ordinal))
            command.AddRange(["--env", name]);
        command.AddRange(profile.Arguments);
        command.Add(image);
        command.AddRange((profile.Command.Count == 0 ? ProfileOptions.ShellCommand : profile.Command).Select(word => word
            .Replace("{body}", $"{Files}/body", StringComparison.Ordinal)
            .Replace("{brief}", $"{Files}/brief.md", StringComparison.Ordinal)
            .Replace("{workspace}", Workspace, StringComparison.Ordinal)));
        return new Launch(command) { Environment = environment, Clear = Removal(engine, run), State = state };
    }

    public override RunEnd Read(int status, AgentState state, RunDirectory run, DateTimeOffset now) => status switch
    {
        125 => new RunEnd(Outcome.Failed, $"the container was not started: {OutputTail.Read(run, "stderr") ?? "exit 125"}", ErrorClass.Host),
        // The container is gone, and with it the engine's word on it.
        128 + 9 when state.MemoryMb is { } memory => new RunEnd(Outcome.Failed, $"ended by signal KILL (exit 137); it may take {memory:N0} MiB of memory", ErrorClass.Task),
        _ => ExitStatus.Read(status),
    };

    /// <remarks>While the engine does not answer, nobody knows that the container is dead, and the run is not over.</remarks>
    public override async Task ClearAsync(RunDirectory run, AgentState state, CancellationToken ct)
    {
        if (state.Engine is not { } engine)
            return;
        while (true)
        {
            await HostProgram.AskAsync(Removal(engine, run), Limit, ct, state.EngineEnvironment);
            var left = await HostProgram.AskAsync([engine, "ps", "--all", "--quiet", "--filter", $"label=dev.kanbanbus.run={run.RunId}"], Limit, ct, state.EngineEnvironment);
            if (left is { Status: 0, Out: var ids } && string.IsNullOrWhiteSpace(ids))
                return;
            // Its command line is gone from the host: so is whatever it could have started.
            if (left is { Status: null } && OnPath.Find(engine) is null)
                return;
            await Task.Delay(Again, ct);
        }
    }

    /// <summary>The host's own, and over it what the profile says: the same engine is asked whatever is asked of it, and a run's fresh home hides neither its images nor its contexts.</summary>
    private static Dictionary<string, string> OfEngine(LaunchOrder order)
    {
        var environment = new Dictionary<string, string>();
        foreach (System.Collections.DictionaryEntry own in Environment.GetEnvironmentVariables())
            if (IsOfEngine((string)own.Key))
                environment[(string)own.Key] = (string)own.Value!;
        foreach (var (name, value) in order.Environment)
            if (IsOfEngine(name) && (name != "HOME" || order.Profile.Environment.ContainsKey(name)))
                environment[name] = value;
        return environment;
    }

    private static bool IsOfEngine(string name) => EngineNames.Contains(name) || EnginePrefixes.Any(p => name.StartsWith(p, StringComparison.Ordinal));

    private static string[] Removal(string engine, RunDirectory run) => [engine, "rm", "--force", NameOf(run)];

    internal static string NameOf(RunDirectory run) => $"kb-{run.RunId}";

    private static IEnumerable<(string Variable, string Path, bool Writes)> Shared(RunDirectory run) =>
    [
        ("KANBAN_BODY_FILE", run.BodyFile, false), ("KANBAN_BRIEF_FILE", run.BriefFile, false), ("KANBAN_PARENTS_FILE", run.ParentsFile, false),
        ("KANBAN_INBOX_FILE", run.InboxFile, false),
        ("KANBAN_RESULT_FILE", run.ResultFile, true), ("KANBAN_MET_FILE", run.MetFile, true), ("KANBAN_EVENTS_FILE", run.LogFile("events"), true),
    ];
}
