using System.Text.Json;
using System.Text.Json.Nodes;
using Kanban.Bus.Contracts;
using Kanban.Bus.Worker.Hosting;

namespace Kanban.Bus.Worker.Executors.Agents;

/// <summary>The agent's side of an ACP conversation, and the client's answers to it, as lines in the state's outbox. Requests have fixed numbers: there is one of each.</summary>
internal sealed class AcpTranslator : Translator
{
    private const int Initialized = 1;
    private const int Opened = 2;
    private const int Prompted = 3;
    private const int MostPartial = 64 * 1024;

    /// <summary>Without files and terminals of the client's: the agent uses its own.</summary>
    public static string Initialize { get; } = Request(Initialized, "initialize", new JsonObject
    {
        ["protocolVersion"] = 1,
        ["clientCapabilities"] = new JsonObject { ["fs"] = new JsonObject { ["readTextFile"] = false, ["writeTextFile"] = false }, ["terminal"] = false },
    });

    public override IEnumerable<AgentEvent> Translate(JsonElement line, AgentState state)
    {
        if (state.Acp is not { } talk)
            return [];
        if (Text(line, "method") is { } method)
            return At(line, "id") is { } asked ? Asked(method, asked, line, state, talk) : method == "session/update" ? Update(line, state, talk) : Unknown(method, state);
        return Answered((int?)Number(line, "id"), line, state, talk);
    }

    public static string Notify(string method, JsonObject parameters) => new JsonObject { ["jsonrpc"] = "2.0", ["method"] = method, ["params"] = parameters }.ToJsonString();

    private static string Request(int id, string method, JsonObject parameters) =>
        new JsonObject { ["jsonrpc"] = "2.0", ["id"] = id, ["method"] = method, ["params"] = parameters }.ToJsonString();

    private static AgentEvent[] Answered(int? id, JsonElement line, AgentState state, AcpTalk talk)
    {
        var fault = At(line, "error") is { } error ? Text(error, "data", "message") ?? Text(error, "data", "details") ?? Text(error, "message") ?? error.GetRawText() : null;
        switch (id)
        {
            case Initialized when fault is null:
                talk.Loading = talk.Resumed is not null && Flag(line, "result", "agentCapabilities", "loadSession");
                Open(state, talk);
                return [];
            case Opened when fault is null:
                state.Session = Text(line, "result", "sessionId") ?? state.Session;
                var resumed = talk.Loading;
                talk.Loading = false;
                Prompt(state, resumed ? talk.Resumed! : talk.Prompt);
                return [new AgentEvent(AgentEvents.RunStarted) { Session = state.Session, Model = state.Model }, NewTurn(state)];
            case Opened when talk.Loading:
                // The session is gone: the work begins anew.
                (talk.Loading, state.Session, state.Before) = (false, null, null);
                Open(state, talk);
                return [];
            case Prompted when fault is null:
                return [.. Flush(state, talk), Ended(line, state, talk)];
            case Initialized or Opened or Prompted:
                state.Over = true;
                return [.. Flush(state, talk), Finished(state, new AgentEnd(false, fault, LimitText.StatusIn(fault)))];
            default:
                return Unknown("an answer to nothing that was asked", state);
        }
    }

    private static void Open(AgentState state, AcpTalk talk)
    {
        var session = new JsonObject { ["cwd"] = talk.Folder, ["mcpServers"] = JsonNode.Parse(talk.Servers) };
        if (talk.Loading)
            session["sessionId"] = state.Session;
        state.Outbox.Add(Request(Opened, talk.Loading ? "session/load" : "session/new", session));
    }

    private static void Prompt(AgentState state, string text) => state.Outbox.Add(Request(Prompted, "session/prompt", new JsonObject
    {
        ["sessionId"] = state.Session,
        ["prompt"] = new JsonArray(new JsonObject { ["type"] = "text", ["text"] = text }),
    }));

    private static AgentEvent Ended(JsonElement line, AgentState state, AcpTalk talk)
    {
        var cost = state.Usage?.CostUsd;
        if (At(line, "result", "usage") is { } usage)
        {
            // Of this turn alone.
            talk.Turns += new AgentUsage(
                Number(usage, "inputTokens") ?? 0, (Number(usage, "outputTokens") ?? 0) + (Number(usage, "thoughtTokens") ?? 0),
                Number(usage, "cachedReadTokens") ?? 0, Number(usage, "cachedWriteTokens") ?? 0, Number(usage, "thoughtTokens") ?? 0);
            state.Usage = talk.Turns with { CostUsd = cost };
        }
        var reason = Text(line, "result", "stopReason") ?? "end_turn";
        // A turn takes no word in the middle: what people said meanwhile begins the next one.
        if (reason == "end_turn" && state.News.Where(c => !state.Heard.Contains(c.Id)).ToList() is { Count: > 0 } news)
        {
            state.Heard.AddRange(news.Select(c => c.Id));
            Prompt(state, Spoken(news));
            return NewTurn(state);
        }
        state.Over = true;
        return Finished(state, reason != "end_turn" ? new AgentEnd(false, $"it stopped: {reason.Replace('_', ' ')}")
            // Some end their turn without a word when they are refused something.
            : state is { LastMessage: null, Refused: [.., var last] } ? new AgentEnd(false, $"it gave up when it was refused this: {last.Text}")
            : new AgentEnd(true, state.LastMessage));
    }

    private static string Spoken(IEnumerable<CommentView> news) =>
        "While you worked, this was said about your task. Heed it as far as it concerns your work, then end as the brief says.\n"
        + string.Concat(news.Select(c => $"\n{c.By}:\n> {c.Text.ReplaceLineEndings("\n> ")}\n"));

    private static AgentEvent[] Update(JsonElement line, AgentState state, AcpTalk talk)
    {
        if (talk.Loading || At(line, "params", "update") is not { } update)
            return [];
        var kind = Text(update, "sessionUpdate");
        switch (kind)
        {
            case "agent_message_chunk" or "agent_thought_chunk":
                AgentEvent[] before = talk.PartialKind is { } other && (other != kind || talk.Partial.Length > MostPartial) ? [.. Flush(state, talk)] : [];
                talk.PartialKind = kind;
                talk.Partial += Text(update, "content", "text");
                return before;
            case "tool_call":
                return [.. Flush(state, talk), .. Tool(update, state)];
            case "tool_call_update":
                return [.. Flush(state, talk), .. ToolUpdate(update, state)];
            case "usage_update":
                if (Money(update, "cost", "amount") is { } cost)
                    state.Usage = (state.Usage ?? new AgentUsage()) with { CostUsd = Math.Max(0, cost - (state.Before?.CostUsd ?? 0)) };
                return [];
            case "user_message_chunk" or "plan" or "available_commands_update" or "current_mode_update" or "config_option_update" or "session_info_update":
                return [];
            default:
                return Unknown("update/" + kind, state);
        }
    }

    private static IEnumerable<AgentEvent> Flush(AgentState state, AcpTalk talk)
    {
        var (kind, text) = (talk.PartialKind, talk.Partial);
        (talk.PartialKind, talk.Partial) = (null, "");
        if (kind is null || text.Length == 0)
            yield break;
        yield return kind == "agent_message_chunk" ? Message(state, text) : new AgentEvent(AgentEvents.Reasoning) { Text = Cut(text) };
    }

    private static IEnumerable<AgentEvent> Tool(JsonElement call, AgentState state)
    {
        var id = Text(call, "toolCallId") ?? "";
        state.Open(id, new ToolCall(Text(call, "title") ?? Text(call, "kind") ?? "tool", Writes(call), "update"));
        yield return new AgentEvent(AgentEvents.ToolStarted) { Id = id, Tool = Text(call, "title") ?? Text(call, "kind"), Text = Shown(At(call, "rawInput", "command") ?? At(call, "rawInput")) };
        foreach (var more in ToolUpdate(call, state))
            yield return more;
    }

    private static IEnumerable<AgentEvent> ToolUpdate(JsonElement call, AgentState state)
    {
        var id = Text(call, "toolCallId") ?? "";
        var path = Writes(call);
        if (path is not null && state.Tools.TryGetValue(id, out var open))
            state.Tools[id] = open with { Path = path };
        var status = Text(call, "status");
        if (status is not ("completed" or "failed"))
            yield break;
        var known = state.Close(id);
        var said = string.Join('\n', Items(call, "content").Select(c => Text(c, "content", "text")).OfType<string>());
        yield return new AgentEvent(AgentEvents.ToolFinished) { Id = id, Tool = known?.Tool ?? Text(call, "title"), Ok = status == "completed", Text = Cut(said.Length > 0 ? said : Shown(At(call, "rawOutput"))) };
        if (status == "completed" && (known?.Path ?? path) is { } written)
            yield return new AgentEvent(AgentEvents.FileChanged) { Id = id, Path = written, Change = "update" };
    }

    private static string? Writes(JsonElement call) =>
        Items(call, "content").Where(c => Text(c, "type") == "diff").Select(c => Text(c, "path")).FirstOrDefault()
        ?? (Text(call, "kind") is "edit" ? Items(call, "locations").Select(l => Text(l, "path")).FirstOrDefault() : null);

    /// <summary>The agent waits for an answer to this; what a client of ours does not do is refused.</summary>
    private static AgentEvent[] Asked(string method, JsonElement id, JsonElement line, AgentState state, AcpTalk talk)
    {
        var answer = new JsonObject { ["jsonrpc"] = "2.0", ["id"] = JsonNode.Parse(id.GetRawText()) };
        if (method != "session/request_permission")
        {
            answer["error"] = new JsonObject { ["code"] = -32601, ["message"] = $"{method} is not offered by this client" };
            state.Outbox.Add(answer.ToJsonString());
            return Unknown(method, state);
        }
        var call = At(line, "params", "toolCall") ?? default;
        var doing = Shown(At(call, "rawInput", "command") ?? At(call, "rawInput"));
        var what = $"{Text(call, "title") ?? Text(call, "kind")}: {doing}".TrimEnd(':', ' ');
        var wanted = new RefusedCall(Text(call, "kind") ?? "", At(call, "rawInput", "command")?.GetRawText() ?? At(call, "rawInput")?.GetRawText() ?? "", Cut(what)!);
        var allowed = Allows(talk.Permissions, Text(call, "kind")) || state.Allowed.Any(wanted.IsSameAs);
        var option = Items(line, "params", "options").Where(o => Text(o, "kind") is { } kind && kind.StartsWith(allowed ? "allow" : "reject", StringComparison.Ordinal))
            .OrderBy(o => Text(o, "kind")!.EndsWith("once", StringComparison.Ordinal) ? 0 : 1).Select(o => Text(o, "optionId")).FirstOrDefault();
        answer["result"] = new JsonObject
        {
            ["outcome"] = option is null ? new JsonObject { ["outcome"] = "cancelled" } : new JsonObject { ["outcome"] = "selected", ["optionId"] = option },
        };
        state.Outbox.Add(answer.ToJsonString());
        if (allowed)
            return [];
        state.Refuse(wanted);
        return [.. Flush(state, talk), new AgentEvent(AgentEvents.ApprovalNeeded) { Id = Text(call, "toolCallId"), Tool = Text(call, "kind"), Text = Cut(what) }];
    }

    private static bool Allows(Permissions permissions, string? kind) => permissions switch
    {
        Permissions.All => true,
        Permissions.Edit => kind is "read" or "search" or "think" or "edit" or "move" or "delete",
        _ => kind is "read" or "search" or "think",
    };

    private static AgentEvent[] Unknown(string kind, AgentState state)
    {
        state.CountUnknown(kind);
        return [];
    }
}
