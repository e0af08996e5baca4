using Kanban.Bus.Contracts;
using Kanban.Bus.Worker.Hosting;

namespace Kanban.Bus.Worker.Executors.Agents;

/// <summary>Executor <c>opencode</c>: OpenCode, without a terminal. It has done well when it ends with 0 and told no error.</summary>
internal sealed class OpenCode : AgentExecutor
{
    private const string Data = "XDG_DATA_HOME";
    private const string Config = "OPENCODE_CONFIG";

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
        if (profile.Permissions == Permissions.All)
            command.Add("--auto");
        if (order.Resume is { } session)
            command.AddRange(["-s", session]);
        var environment = new Dictionary<string, string> { [Data] = SessionFolder(order, Data, "data") };
        if (order.Kanban is { } program && !order.Environment.ContainsKey(Config))
            environment[Config] = Write(order, "opencode.json", new
            {
                mcp = new Dictionary<string, object> { ["kanban"] = new { type = "local", command = (string[])[program, .. RunTools.McpWords], environment = KanbanVariables(order), enabled = true } },
            });
        return new Launch([.. command, .. profile.Arguments]) { Environment = environment, Input = Prompt(order), State = Begin(order) };
    }

    protected override RunEnd Unsaid(int status, AgentState state) =>
        status == 0 && state.Session is not null && state.Turns > 0 ? new RunEnd(Outcome.Succeeded, Summary: state.LastMessage) : base.Unsaid(status, state);
}
