using System.Text.Json;
using Kanban.Bus.Worker.Hosting;
using Kanban.Bus.Worker.Spool;

namespace Kanban.Bus.Worker.Executors.Agents;

/// <summary>Executor <c>codex</c>: Codex CLI, without a terminal. It counts tokens over the whole thread, so what the thread had used before is kept beside it.</summary>
internal sealed class Codex : AgentExecutor
{
    private const string Home = "CODEX_HOME";

    public override string Name => "codex";
    public override string Binary => "codex";
    public override Translator Translator { get; } = new CodexTranslator();

    public override Launch Prepare(LaunchOrder order)
    {
        var profile = order.Profile;
        var folder = SessionFolder(order, Home, "codex");
        List<string> command =
        [
            Program(order), "exec", "--json", "-C", order.Run.Workspace, "--skip-git-repo-check",
            "-s", profile.PermissionsOrDefault switch { Permissions.Read => "read-only", Permissions.All => "danger-full-access", _ => "workspace-write" },
        ];
        if (profile.Model is { Length: > 0 } model)
            command.AddRange(["-m", model]);
        if (order.Kanban is { } program)
        {
            // Values are TOML, of which JSON's texts and lists are a part. The variables are named only: an argument list is public on its host.
            command.AddRange(["-c", $"mcp_servers.kanban.command={JsonSerializer.Serialize(program, WorkerJson.Default.String)}"]);
            command.AddRange(["-c", $"mcp_servers.kanban.args={JsonSerializer.Serialize(RunTools.McpWords, WorkerJson.Default.Texts)}"]);
            command.AddRange(["-c", $"mcp_servers.kanban.env_vars={JsonSerializer.Serialize([.. KanbanVariables(order).Keys.Order(StringComparer.Ordinal)], WorkerJson.Default.Texts)}"]);
        }
        command.AddRange(profile.Arguments);
        if (order.Resume is { } thread)
            command.AddRange(["resume", thread]);
        var state = Begin(order);
        state.Folder = folder;
        state.Before = SessionTotals.Of(folder, order.Resume);
        return new Launch([.. command, "-"])
        {
            Environment = new Dictionary<string, string> { [Home] = folder },
            Input = Prompt(order),
            State = state,
        };
    }

    public override Task ClearAsync(RunDirectory run, AgentState state, CancellationToken ct)
    {
        SessionTotals.Keep(state);
        return base.ClearAsync(run, state, ct);
    }
}
