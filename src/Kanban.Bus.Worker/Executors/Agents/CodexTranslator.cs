using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Worker.Executors.Agents;

/// <summary>What <c>codex exec --json</c> writes.</summary>
internal sealed partial class CodexTranslator : Translator
{
    public override IEnumerable<AgentEvent> Translate(JsonElement line, AgentState state)
    {
        var kind = Text(line, "type");
        switch (kind)
        {
            case "thread.started":
                state.Session = Text(line, "thread_id") ?? state.Session;
                return [new AgentEvent(AgentEvents.RunStarted) { Session = state.Session, Model = state.Model }];
            case "turn.started":
                // What went wrong before is over with a new turn.
                state.End = null;
                return [NewTurn(state)];
            case "item.started" or "item.completed" when At(line, "item") is { } item:
                return Item(item, kind == "item.completed", state);
            case "item.updated":
                return [];
            case "turn.completed":
                state.Usage = Counted(line) - (state.Before ?? new AgentUsage());
                return [new AgentEvent(AgentEvents.Usage) { Usage = state.Usage }, Finished(state, new AgentEnd(true, state.LastMessage))];
            case "turn.failed":
                return [Failed(Text(line, "error", "message"), state)];
            case "error":
                return [Error(Text(line, "message"), state)];
            default:
                state.CountUnknown(kind ?? "no type");
                return [];
        }
    }

    private static IEnumerable<AgentEvent> Item(JsonElement item, bool done, AgentState state)
    {
        var id = Text(item, "id");
        var kind = Text(item, "type") ?? Text(item, "item_type");
        switch (kind)
        {
            case "agent_message" or "assistant_message":
                return done ? [Message(state, Text(item, "text"))] : [];
            case "reasoning":
                return done ? [new AgentEvent(AgentEvents.Reasoning) { Text = Cut(Text(item, "text")) }] : [];
            case "command_execution":
                return [Tool(item, done, id, "shell", At(item, "command"), At(item, "aggregated_output"), Number(item, "exit_code") is null or 0)];
            case "mcp_tool_call":
                return [Tool(item, done, id, $"{Text(item, "server")}/{Text(item, "tool")}", At(item, "arguments"), At(item, "result", "content") ?? At(item, "error", "message"), At(item, "error") is null)];
            case "web_search":
                return [Tool(item, done, id, "web_search", At(item, "query"), null, true)];
            case "file_change":
                return !done ? [] : [.. Items(item, "changes").Select(c => new AgentEvent(AgentEvents.FileChanged) { Id = id, Path = Text(c, "path"), Change = Text(c, "kind"), Ok = Text(item, "status") != "failed" })];
            case "todo_list" or "plan":
                return [];
            case "error":
                // A notice; what ends the turn comes as turn.failed.
                return done ? [new AgentEvent(AgentEvents.Message) { Text = Cut(Text(item, "message")), Ok = false }] : [];
            default:
                state.CountUnknown("item/" + kind);
                return [];
        }
    }

    private static AgentEvent Tool(JsonElement item, bool done, string? id, string tool, JsonElement? input, JsonElement? answer, bool ok) => done
        ? new AgentEvent(AgentEvents.ToolFinished) { Id = id, Tool = tool, Ok = ok && Text(item, "status") != "failed", Text = Shown(answer) }
        : new AgentEvent(AgentEvents.ToolStarted) { Id = id, Tool = tool, Text = Shown(input) };

    /// <summary>Codex writes a line for each new try as well; only what follows tells whether it was the last.</summary>
    private static AgentEvent Error(string? message, AgentState state)
    {
        if (Reconnecting().Match(message ?? "") is { Success: true } again)
            return new AgentEvent(AgentEvents.Retry) { Attempt = int.Parse(again.Groups[1].ValueSpan, CultureInfo.InvariantCulture), Status = LimitText.StatusIn(message), Text = Cut(message) };
        state.End = new AgentEnd(false, Cut(message), LimitText.StatusIn(message));
        return new AgentEvent(AgentEvents.Message) { Text = Cut(message), Ok = false };
    }

    private static AgentEvent Failed(string? message, AgentState state) => Finished(state, new AgentEnd(false, message, LimitText.StatusIn(message)));

    /// <summary>Its input counts what came from the cache as well.</summary>
    private static AgentUsage Counted(JsonElement line)
    {
        var (cached, written) = (Number(line, "usage", "cached_input_tokens") ?? 0, Number(line, "usage", "cache_write_input_tokens") ?? 0);
        return new AgentUsage(
            Math.Max(0, (Number(line, "usage", "input_tokens") ?? 0) - cached - written), Number(line, "usage", "output_tokens") ?? 0,
            cached, written, Number(line, "usage", "reasoning_output_tokens") ?? 0);
    }

    [GeneratedRegex(@"^Reconnecting\D*([0-9]{1,4})\s*/")]
    private static partial Regex Reconnecting();
}
