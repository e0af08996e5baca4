using System.Buffers;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Kanban.Bus.Worker.Hosting;

namespace Kanban.Bus.Worker.Executors.Agents;

/// <summary>Executor <c>claude-code</c>: Claude Code, without a terminal. Its result says how it went; its exit status and its word success do not.</summary>
internal sealed partial class ClaudeCode : AgentExecutor
{
    private const string Config = "CLAUDE_CONFIG_DIR";

    private static readonly SearchValues<char> InPatterns = SearchValues.Create("*?[]{}!\\");

    /// <summary>Asks the board only when the worker has put something new into the inbox: most tool calls cost two looks at a file. It fails for no reason, as that would stop the agent.</summary>
    private const string Hook = """
        in=$KANBAN_INBOX_FILE; [ -s "$in" ] || exit 0; [ -e "$in.seen" ] && [ ! "$in" -nt "$in.seen" ] && exit 0; touch "$in.asked"; kanban inbox --hook claude-code && mv "$in.asked" "$in.seen"; exit 0
        """;

    public override string Name => "claude-code";
    public override string Binary => "claude";
    public override Translator Translator { get; } = new ClaudeCodeTranslator();

    /// <remarks>On TERM it ends without a result, and what it used is lost.</remarks>
    public override IReadOnlyList<StopStep> StopSteps => StopStep.IntThenTerm;

    protected override bool ExitCounts => false;

    public override Launch Prepare(LaunchOrder order)
    {
        var profile = order.Profile;
        var folder = SessionFolder(order, Config, "claude");
        var resume = order.Resume is { } earlier && BringSession(folder, earlier, order.Run.Workspace) ? earlier : null;
        var session = resume ?? order.Grant.RunId.ToString();
        List<string> command = [Program(order), "-p", "--output-format", "stream-json", "--verbose", resume is null ? "--session-id" : "--resume", session];
        command.AddRange(["--permission-mode", profile.PermissionsOrDefault switch { Permissions.Read => "dontAsk", Permissions.All => "bypassPermissions", _ => "acceptEdits" }]);
        if (profile.Model is { Length: > 0 } model)
            command.AddRange(["--model", model]);
        if (profile.MaxCostUsd is { } most)
            command.AddRange(["--max-budget-usd", most.ToString(CultureInfo.InvariantCulture)]);
        List<string> tools = [.. profile.Tools];
        if (order.Kanban is { } program)
        {
            var server = new JsonObject { ["command"] = program, ["args"] = Texts(RunTools.McpWords), ["env"] = Texts(KanbanVariables(order)) };
            command.AddRange(["--mcp-config", Write(order, "mcp.json", new JsonObject { ["mcpServers"] = new JsonObject { ["kanban"] = server } }), "--strict-mcp-config"]);
            tools.Add("mcp__kanban");
        }
        if (tools.Count > 0)
            command.AddRange(["--allowedTools", string.Join(',', tools)]);
        var state = Begin(order, session);
        command.AddRange(["--settings", Write(order, "settings.json", Settings(order, state))]);
        return new Launch([.. command, .. profile.Arguments])
        {
            Environment = new Dictionary<string, string> { [Config] = folder },
            Input = Prompt(order with { Grant = order.Grant with { Session = resume } }),
            State = state,
        };
    }

    /// <summary>What a person allowed it; and after each tool call, and before it ends, it hears what people said meanwhile.</summary>
    private static JsonObject Settings(LaunchOrder order, AgentState state)
    {
        var settings = new JsonObject { ["permissions"] = new JsonObject { ["allow"] = Texts(state.Allowed.Select(RuleOf).OfType<string>()) } };
        if (order.Kanban is { } program)
        {
            var command = Hook.Replace("kanban", RunTools.Quoted(program), StringComparison.Ordinal);
            settings["hooks"] = new JsonObject { ["PostToolUse"] = Hooked(command), ["Stop"] = Hooked(command) };
        }
        return settings;
    }

    private static JsonArray Hooked(string command) => new(new JsonObject { ["hooks"] = new JsonArray(new JsonObject { ["type"] = "command", ["command"] = command }) });

    /// <summary>As its settings name it; null for what they can't name to the letter.</summary>
    private static string? RuleOf(RefusedCall call) => call.Kind switch
    {
        // A star would allow more.
        "Bash" when !call.Input.Contains('*') => $"Bash({call.Input})",
        "Write" or "Edit" or "MultiEdit" or "NotebookEdit" when Path.IsPathRooted(call.Input) && call.Input.AsSpan().IndexOfAny(InPatterns) < 0 => $"Edit(/{call.Input})",
        _ => null,
    };

    /// <summary>It finds a session only under the folder it was begun in, and runs have folders of their own: the session moves along.</summary>
    /// <returns>False when it is gone: the run begins anew.</returns>
    private static bool BringSession(string folder, string session, string workspace)
    {
        var projects = Path.Combine(folder, "projects");
        if (!SessionId().IsMatch(session) || !Directory.Exists(projects))
            return false;
        var found = Directory.EnumerateFiles(projects, session + ".jsonl", SearchOption.AllDirectories).MaxBy(File.GetLastWriteTimeUtc);
        if (found is null)
            return false;
        var here = Path.Combine(projects, NotInName().Replace(workspace, "-"), session + ".jsonl");
        if (found != here)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(here)!, AgentHomes.OwnerOnly);
            File.Move(found, here, overwrite: true);
        }
        return true;
    }

    [GeneratedRegex("^[A-Za-z0-9_-]{1,80}$")]
    private static partial Regex SessionId();

    [GeneratedRegex("[^A-Za-z0-9]")]
    private static partial Regex NotInName();
}
