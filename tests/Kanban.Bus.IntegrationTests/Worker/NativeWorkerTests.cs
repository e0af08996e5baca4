using System.Text.Json;
using Kanban.Bus.Contracts;
using Kanban.Bus.IntegrationTests.Harness;
using Kanban.Bus.IntegrationTests.Servers;

namespace Kanban.Bus.IntegrationTests.Worker;

/// <summary>The worker that was compiled ahead of time. Wherever it is built, every other test with a worker's process is one of it too.</summary>
public sealed class NativeWorkerTests
{
    [NeedsNativeWorkerFact]
    public async Task Kanban_worker_run_becomes_it_with_every_setting_and_a_run_finds_kanban_but_not_the_settings()
    {
        await using var cluster = await Cluster.CreateAsync();
        var board = await cluster.StartBoardAsync();
        await board.Api.AddLaneAsync(new CreateLane("work", Profile: "given"));
        var worker = await cluster.StartWorkerAsync(new WorkerShape("w1", "work", 1)
        {
            Settings = new Dictionary<string, string> { ["Profiles:given:Environment:GREETING"] = "hello", ["Profiles:given:Limits:Silence"] = "00:05:00", ["LogLevel"] = "Debug" },
        });

        var task = await board.Api.AddTaskAsync(new CreateTask("inside", "work", Body: """
            kanban complete --summary "$GREETING $(ls -l /proc/$$/fd /proc/$PPID/fd | grep -c kanban-worker-settings)"
            """));

        var done = await cluster.UntilAsync(task.Key, Status.Done);
        Assert.Equal("hello 0", done.Task.Summary);
        Assert.Equal(Path.GetFullPath(KanbanProgram.NativeWorker!), File.ResolveLinkTarget($"/proc/{worker.ProcessId}/exe", returnFinalTarget: false)!.FullName);
        Assert.DoesNotContain(Directory.EnumerateFiles($"/proc/{worker.ProcessId}/fd"), file => File.ResolveLinkTarget(file, returnFinalTarget: false)?.FullName.Contains("kanban-worker-settings", StringComparison.Ordinal) is true);
    }

    /// <summary>What it writes and reads as JSON is known when it is compiled: here it does so for each agent.</summary>
    [NeedsNativeWorkerFact]
    public async Task It_understands_every_agent_as_the_other_does()
    {
        await using var cluster = await Cluster.CreateAsync();
        var board = await cluster.StartBoardAsync();
        string[] executors = ["claude-code", "codex", "opencode", "acp"];
        var settings = new Dictionary<string, string>();
        foreach (var executor in executors)
        {
            // Settings come by the environment, where a shell on the way drops names with hyphens.
            var profile = executor.Replace("-", "", StringComparison.Ordinal);
            await board.Api.AddLaneAsync(new CreateLane(executor, Profile: profile));
            settings[$"Profiles:{profile}:Executor"] = executor;
            settings[$"Profiles:{profile}:{(executor == "acp" ? "Command:0" : "Binary")}"] = Program(cluster.Folder, executor);
        }
        await cluster.StartWorkerAsync(new WorkerShape("w1", "w1", executors.ToDictionary(e => e, _ => 1)) { Settings = settings });

        foreach (var executor in executors)
        {
            var task = await board.Api.AddTaskAsync(new CreateTask($"for {executor}", executor, Body: "do it"));

            var done = await cluster.UntilAsync(task.Key, Status.Done);
            var run = Assert.Single(await board.Api.RunsAsync(task.Key));
            Assert.Equal(executor == "acp" ? "All done." : "The work is done: hello from the mock.", done.Task.Summary);
            var used = run.Usage!.Value.Deserialize<AgentUsage>(Json.Client)!;
            Assert.Equal(executor, used.Agent);
            Assert.True(used.OutputTokens > 0, $"{executor}: {run.Usage}");
        }
    }

    /// <summary>A program that plays what the agent was once recorded to say.</summary>
    private static string Program(string folder, string executor)
    {
        var path = Path.Combine(folder, executor);
        File.WriteAllText(path, executor == "acp" ? SpokenWith : $"#!/bin/sh\n[ \"$1\" != --version ] || exec echo 9.0.0\ncat >/dev/null\ncat '{Path.Combine(KanbanProgram.Repository, "tests", "Kanban.Bus.Tests", "Worker", "Agents", "Streams", executor, "tool-use.jsonl")}'\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    private const string SpokenWith = """
        #!/bin/bash
        while IFS= read -r line; do
            case $line in
            *'"initialize"'*) echo '{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":1,"agentCapabilities":{"loadSession":true}}}' ;;
            *'"session/new"'*) echo '{"jsonrpc":"2.0","id":2,"result":{"sessionId":"acp-1"}}' ;;
            *'"session/prompt"'*)
                echo '{"jsonrpc":"2.0","method":"session/update","params":{"update":{"sessionUpdate":"agent_message_chunk","content":{"type":"text","text":"All done."}}}}'
                echo '{"jsonrpc":"2.0","id":3,"result":{"stopReason":"end_turn","usage":{"inputTokens":7,"outputTokens":2}}}' ;;
            esac
        done
        """;
}

/// <summary>A fact about the worker that was compiled ahead of time; skipped where the tests are told of none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NeedsNativeWorkerFactAttribute : FactAttribute
{
    public NeedsNativeWorkerFactAttribute() =>
        Skip = Programs.Missing ?? (KanbanProgram.NativeWorker is null ? "kanban-worker is not built: make test builds it where there is gcc or clang, and names it by KANBAN_WORKER_PROGRAM" : null);
}
