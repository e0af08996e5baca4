using System.Text.Json;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Worker.Executors.Agents;

/// <summary>What <c>claude -p --output-format stream-json --verbose</c> writes.</summary>
internal sealed class ClaudeCodeTranslator : Translator
{
    public override IEnumerable<AgentEvent> Translate(JsonElement line, AgentState state)
    {
        state.Session = Text(line, "session_id") ?? state.Session;
        var kind = Text(line, "type");
        switch (kind)
        {
            case "system":
                return System(line, state);
            case "assistant":
                return Assistant(line, state);
            case "user":
                return [.. Items(line, "message", "content").Where(part => Text(part, "type") == "tool_result").SelectMany(part => ToolResult(part, Text(line, "parent_tool_use_id"), state))];
            case "result":
                return Result(line, state);
            case "rate_limit_event":
                // Also told while all is well.
                if (Text(line, "rate_limit_info", "status") == "rejected" && Number(line, "rate_limit_info", "resetsAt") is { } resets)
                    state.LimitResetsAt = LimitText.Instant(resets);
                return [];
            default:
                state.CountUnknown(kind ?? "no type");
                return [];
        }
    }

    private static AgentEvent[] System(JsonElement line, AgentState state)
    {
        switch (Text(line, "subtype"))
        {
            case "init":
                state.Model = Text(line, "model") ?? state.Model;
                return [new AgentEvent(AgentEvents.RunStarted) { Session = state.Session, Model = state.Model }];
            case "api_retry":
                return
                [
                    new AgentEvent(AgentEvents.Retry)
                    {
                        Attempt = (int?)Number(line, "attempt"),
                        DelaySeconds = Number(line, "retry_delay_ms") is { } ms ? ms / 1000.0 : null,
                        Status = (int?)Number(line, "error_status"),
                        Text = Shown(At(line, "error")),
                    },
                ];
            case "permission_denied" when state.Tools.GetValueOrDefault(Text(line, "tool_use_id") ?? "") is { } call:
                return Refused(call.Refusal, Text(line, "tool_use_id"), state);
            case "status" or "compact_boundary" or "hook_started" or "hook_response" or "hook_progress" or "task_started" or "task_progress" or "task_notification":
                return [];
            case var other:
                state.CountUnknown("system/" + other);
                return [];
        }
    }

    /// <summary>A message of the model comes in a line for each of its parts, each with the usage of the whole.</summary>
    private static IEnumerable<AgentEvent> Assistant(JsonElement line, AgentState state)
    {
        var parent = Text(line, "parent_tool_use_id");
        if (Flag(line, "is_api_error_message"))
        {
            // The program's own words, not the model's.
            yield return new AgentEvent(AgentEvents.Message) { Ok = false, Status = (int?)Number(line, "api_error_status"), Text = Shown(At(line, "message", "content")) };
            yield break;
        }
        if (Text(line, "message", "id") is { } id && id != state.Turn)
        {
            state.Turn = id;
            state.Usage = (state.Usage ?? new AgentUsage()) + Counted(line, "message", "usage");
            yield return NewTurn(state) with { Parent = parent };
        }

        foreach (var part in Items(line, "message", "content"))
        {
            switch (Text(part, "type"))
            {
                case "text":
                    yield return Message(state, Text(part, "text"), parent);
                    break;
                case "thinking" or "redacted_thinking":
                    yield return new AgentEvent(AgentEvents.Reasoning) { Text = Cut(Text(part, "thinking")), Parent = parent };
                    break;
                case "tool_use" or "server_tool_use":
                    var tool = Text(part, "name") ?? "?";
                    var call = Text(part, "id") ?? "";
                    state.Open(call, new ToolCall(tool, WrittenBy(tool, part), tool == "Write" ? "add" : "update", Refusal(tool, part, "input")));
                    yield return new AgentEvent(AgentEvents.ToolStarted) { Id = call, Tool = tool, Text = Input(part, "input"), Parent = parent };
                    break;
                case var other:
                    state.CountUnknown("assistant/" + other);
                    break;
            }
        }
    }

    private static string? Input(JsonElement of, string name) => Shown(At(of, name, "command") ?? At(of, name));

    private static RefusedCall Refusal(string? tool, JsonElement of, string name) =>
        new(tool ?? "", Text(of, name, "command") ?? Text(of, name, "file_path") ?? "", Cut($"{tool}: {Input(of, name)}")!);

    /// <summary>Told when it happens, and all together at the end.</summary>
    private static AgentEvent[] Refused(RefusedCall? call, string? id, AgentState state)
    {
        return call is null || !state.Refuse(call) ? [] : [new AgentEvent(AgentEvents.ApprovalNeeded) { Tool = call.Kind, Id = id, Text = call.Text }];
    }

    private static string? WrittenBy(string tool, JsonElement part) => tool switch
    {
        "Write" or "Edit" or "MultiEdit" => Text(part, "input", "file_path"),
        "NotebookEdit" => Text(part, "input", "notebook_path"),
        _ => null,
    };

    private static IEnumerable<AgentEvent> ToolResult(JsonElement part, string? parent, AgentState state)
    {
        var id = Text(part, "tool_use_id") ?? "";
        var call = state.Close(id);
        var ok = !Flag(part, "is_error");
        yield return new AgentEvent(AgentEvents.ToolFinished) { Id = id, Tool = call?.Tool, Ok = ok, Text = Shown(At(part, "content")), Parent = parent };
        if (ok && call?.Path is { } path)
            yield return new AgentEvent(AgentEvents.FileChanged) { Path = path, Change = call.Change, Id = id };
    }

    private static IEnumerable<AgentEvent> Result(JsonElement line, AgentState state)
    {
        // In a resumed session the totals count all of it, and an interrupted one has zeros for its own part; this is neither.
        var since = At(line, "model_usage_since_last_result") is { ValueKind: JsonValueKind.Object } models ? models.EnumerateObject().Select(m => m.Value).ToList() : null;
        state.Usage = since?.Aggregate(new AgentUsage(), (sum, model) => sum + OfModel(model)) ?? Counted(line, "usage") with { CostUsd = Money(line, "total_cost_usd") };
        state.Turns = (int?)Number(line, "num_turns") ?? state.Turns;
        foreach (var refused in Items(line, "permission_denials").SelectMany(r => Refused(Refusal(Text(r, "tool_name"), r, "tool_input"), Text(r, "tool_use_id"), state)))
            yield return refused;

        var subtype = Text(line, "subtype") ?? "";
        // The subtype says success also where the provider refused; an end on request says error and no more.
        var ok = !Flag(line, "is_error") && !subtype.StartsWith("error", StringComparison.Ordinal);
        var said = Text(line, "result") ?? (string.Join("; ", Items(line, "errors").Select(e => Shown(e))) is { Length: > 0 } errors ? errors : ok ? null : subtype.Replace('_', ' '));
        if (ok && !string.IsNullOrWhiteSpace(said))
            state.LastMessage = Cut(said);
        yield return Finished(state, new AgentEnd(ok, said, (int?)Number(line, "api_error_status")));
    }

    private static AgentUsage OfModel(JsonElement model) => new(
        Number(model, "inputTokens") ?? 0, Number(model, "outputTokens") ?? 0, Number(model, "cacheReadInputTokens") ?? 0, Number(model, "cacheCreationInputTokens") ?? 0,
        Number(model, "thinkingTokens") ?? 0, Money(model, "costUSD"));

    private static AgentUsage Counted(JsonElement line, params ReadOnlySpan<string> path) => At(line, path) is not { } usage ? new AgentUsage() : new AgentUsage(
        Number(usage, "input_tokens") ?? 0, Number(usage, "output_tokens") ?? 0, Number(usage, "cache_read_input_tokens") ?? 0, Number(usage, "cache_creation_input_tokens") ?? 0);
}
