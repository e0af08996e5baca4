using System.Text.Json.Nodes;
using Kanban.Bus.Contracts;
using Kanban.Bus.Worker.Hosting;
using Kanban.Bus.Worker.Spool;

namespace Kanban.Bus.Worker.Executors.Agents;

/// <summary>Executor <c>acp</c>: any agent that speaks the Agent Client Protocol on its standard input and output, started by the profile's command. The worker is its client: it opens a session, gives the brief as a prompt, and answers what the agent asks.</summary>
internal sealed class Acp : AgentExecutor
{
    public override string Name => "acp";
    public override string Binary => "opencode";
    public override bool TiesSessionsToPath => true;
    public override Translator Translator { get; } = new AcpTranslator();

    /// <remarks>It is told to stop first, and may end its turn in order.</remarks>
    public override IReadOnlyList<StopStep> StopSteps { get; } = [new(Shim.Signal.Term, 0.4)];

    protected override bool ExitCounts => false;

    public override Launch Prepare(LaunchOrder order)
    {
        var folder = SessionFolder(order, "XDG_DATA_HOME", "data");
        var state = Begin(order);
        state.Folder = folder;
        state.Before = SessionTotals.Of(folder, order.Resume);
        state.IsSpokenWith = true;
        state.Acp = new AcpTalk
        {
            Folder = order.Run.Workspace,
            Prompt = Prompt(order with { Grant = order.Grant with { Session = null } }),
            Resumed = order.Resume is null ? null : Prompt(order),
            Permissions = order.Profile.PermissionsOrDefault,
            Servers = order.Kanban is { } program ? Server(program, KanbanVariables(order)) : "[]",
        };
        state.Outbox.Add(AcpTranslator.Initialize);
        var isOpenCode = order.Profile.Command.Count == 0;
        if (isOpenCode)
            OpenCodeRules.RefusePlugins(order.Profile, order.Run.Workspace);
        // What the profile does not allow it asks for, and is answered by the profile.
        Dictionary<string, string> environment = isOpenCode ? OpenCodeRules.Variables(order.Profile, "ask") : [];
        environment["XDG_DATA_HOME"] = folder;
        if (isOpenCode && OpenCode.Settings(order, null) is { } file)
            environment[OpenCodeRules.Config] = file;
        return new Launch([.. isOpenCode ? [Program(order), "acp"] : ShellExecutor.Words(order.Profile.Command, order.Run), .. order.Profile.Arguments])
        {
            Environment = environment,
            LiveInput = true,
            State = state,
        };
    }

    public override string? Farewell(AgentState state) => state.Session is { } session ? AcpTranslator.Notify("session/cancel", new JsonObject { ["sessionId"] = session }) : null;

    public override Task ClearAsync(RunDirectory run, AgentState state, CancellationToken ct)
    {
        SessionTotals.Keep(state);
        return base.ClearAsync(run, state, ct);
    }

    private static string Server(string program, Dictionary<string, string> variables) => new JsonArray(new JsonObject
    {
        ["name"] = "kanban",
        ["command"] = program,
        ["args"] = Texts(RunTools.McpWords),
        ["env"] = new JsonArray([.. variables.Select(v => new JsonObject { ["name"] = v.Key, ["value"] = v.Value })]),
    }).ToJsonString();
}

/// <summary>What the client's side of a conversation needs to know, kept with the state.</summary>
internal sealed class AcpTalk
{
    public string Folder { get; set; } = "";
    public string Prompt { get; set; } = "";

    /// <summary>The prompt where the session goes on; null where it begins.</summary>
    public string? Resumed { get; set; }

    public Permissions Permissions { get; set; }

    /// <summary>MCP servers for the session, a JSON list.</summary>
    public string Servers { get; set; } = "[]";

    /// <summary>An earlier session is being read back: what is told meanwhile was told before.</summary>
    public bool Loading { get; set; }

    /// <summary>Text of which the rest has yet to come, and what it is: a message or a thought.</summary>
    public string Partial { get; set; } = "";

    public string? PartialKind { get; set; }

    /// <summary>What its turns have used so far.</summary>
    public AgentUsage Turns { get; set; } = new();
}
