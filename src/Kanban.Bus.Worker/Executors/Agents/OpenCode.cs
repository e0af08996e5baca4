using System.Text.Json.Nodes;
using Kanban.Bus.Contracts;
using Kanban.Bus.Worker.Hosting;

namespace Kanban.Bus.Worker.Executors.Agents;

/// <summary>Executor <c>opencode</c>: OpenCode, without a terminal. It has done well when it ends with 0 and told no error.</summary>
internal sealed class OpenCode : AgentExecutor
{
    private const string Data = "XDG_DATA_HOME";

    public override string Name => "opencode";
    public override string Binary => "opencode";
    public override bool TiesSessionsToPath => true;
    public override Translator Translator { get; } = new OpenCodeTranslator();

    public override Launch Prepare(LaunchOrder order)
    {
        var profile = order.Profile;
        List<string> command = [Program(order), "run", "--format", "json", "--dir", order.Run.Workspace];
        if (profile.Model is { Length: > 0 } model)
            command.AddRange(["-m", model]);
        if (profile.PermissionsOrDefault == Permissions.All)
            command.Add("--auto");
        if (order.Resume is { } session)
            command.AddRange(["-s", session]);
        OpenCodeRules.RefusePlugins(profile, order.Run.Workspace);
        var state = Begin(order);
        var environment = OpenCodeRules.Variables(profile, "deny", state.Allowed);
        environment[Data] = SessionFolder(order, Data, "data");
        if (Settings(order, order.Kanban) is { } file)
            environment[OpenCodeRules.Config] = file;
        return new Launch([.. command, .. profile.Arguments]) { Environment = environment, Input = Prompt(order), State = state };
    }

    /// <summary>Writes its settings for the run; null where the profile names a file of its own, or there is nothing to say.</summary>
    /// <param name="kanban">To be started as a server of tools; null for none.</param>
    internal static string? Settings(LaunchOrder order, string? kanban)
    {
        var instructions = OpenCodeRules.Instructions(order.Profile, order.Run.Workspace);
        if (order.Environment.ContainsKey(OpenCodeRules.Config) || (kanban is null && instructions.Length == 0))
            return null;
        var mcp = new JsonObject();
        if (kanban is not null)
            mcp["kanban"] = new JsonObject { ["type"] = "local", ["command"] = Texts([kanban, .. RunTools.McpWords]), ["environment"] = Texts(KanbanVariables(order)), ["enabled"] = true };
        return Write(order, "opencode.json", new JsonObject { ["mcp"] = mcp, ["instructions"] = Texts(instructions) });
    }

    protected override RunEnd Unsaid(int status, AgentState state) => (status, state) switch
    {
        // It ends with 0 too where it gives up its turn, as it does when it would have to ask.
        (0, { Turn: OpenCodeTranslator.InCalls }) => new RunEnd(Outcome.Failed,
            state.Refused is [.., var last] ? $"it gave up when it was refused this: {last.Text}" : "it ended between two steps, without a last word", ErrorClass.Agent, Summary: state.LastMessage),
        (0, { Session: not null, Turns: > 0 }) => new RunEnd(Outcome.Succeeded, Summary: state.LastMessage),
        _ => base.Unsaid(status, state),
    };
}
