using System.Globalization;
using System.Text.Json;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Worker.Executors.Agents;

/// <summary>What <c>opencode run --format json</c> writes. It writes no last event: it is done when it ends.</summary>
internal sealed class OpenCodeTranslator : Translator
{
    /// <summary>The turn that was read last is of calls: one has yet to come that answers them.</summary>
    public const string InCalls = "tool-calls";

    // In the words of its two errors: a rule that denies, and a request that somebody, or nobody, answered.
    private static readonly string[] Refusals = ["The user has specified a rule which prevents you", "The user rejected permission to use this"];

    public override IEnumerable<AgentEvent> Translate(JsonElement line, AgentState state)
    {
        List<AgentEvent> events = [];
        if (Text(line, "sessionID") is { } session && (state.Session != session || state.Turn is null))
        {
            (state.Session, state.Turn) = (session, "started");
            events.Add(new AgentEvent(AgentEvents.RunStarted) { Session = session, Model = state.Model });
        }
        var kind = Text(line, "type");
        switch (kind)
        {
            case "step_start":
                state.Turn = "started";
                events.Add(NewTurn(state));
                break;
            case "text":
                events.Add(Message(state, Text(line, "part", "text")));
                break;
            case "reasoning":
                events.Add(new AgentEvent(AgentEvents.Reasoning) { Text = Cut(Text(line, "part", "text")) });
                break;
            case "tool_use":
                events.AddRange(ToolUse(line, state));
                break;
            case "step_finish":
                state.Turn = Text(line, "part", "reason") ?? "over";
                state.Usage = (state.Usage ?? new AgentUsage()) + Counted(line);
                events.Add(new AgentEvent(AgentEvents.Usage) { Usage = state.Usage });
                break;
            case "error":
                events.Add(Error(line, state));
                break;
            default:
                state.CountUnknown(kind ?? "no type");
                break;
        }
        return events;
    }

    /// <summary>A call is told when it is over: both its ends at once.</summary>
    private static IEnumerable<AgentEvent> ToolUse(JsonElement line, AgentState state)
    {
        var (id, tool, status) = (Text(line, "part", "callID"), Text(line, "part", "tool"), Text(line, "part", "state", "status"));
        var input = At(line, "part", "state", "input");
        if (id is null || !state.Tools.ContainsKey(id))
            yield return new AgentEvent(AgentEvents.ToolStarted) { Id = id, Tool = tool, Text = Shown(input is { } call ? At(call, "command") ?? call : null) };
        if (status is not ("completed" or "error"))
        {
            if (id is not null)
                state.Open(id, new ToolCall(tool ?? "?", null, null));
            yield break;
        }
        if (id is not null)
            state.Close(id);
        yield return new AgentEvent(AgentEvents.ToolFinished) { Id = id, Tool = tool, Ok = status == "completed", Text = Shown(At(line, "part", "state", status == "completed" ? "output" : "error")) };
        if (status == "error" && Refusals.Any(r => Text(line, "part", "state", "error")?.StartsWith(r, StringComparison.Ordinal) == true))
        {
            var what = Cut($"{tool}: {Shown(input is { } asked ? At(asked, "command") ?? At(asked, "filePath") ?? asked : null)}")!;
            if (state.Refuse(new RefusedCall(tool ?? "", input is { } done ? Text(done, "command") ?? Text(done, "url") ?? "" : "", what)))
                yield return new AgentEvent(AgentEvents.ApprovalNeeded) { Id = id, Tool = tool, Text = what };
        }
        if (status == "completed" && tool is "write" or "edit" or "patch" && input is { } written && Text(written, "filePath") is { } path)
            yield return new AgentEvent(AgentEvents.FileChanged) { Id = id, Path = path, Change = tool == "write" ? "add" : "update" };
    }

    private static AgentEvent Error(JsonElement line, AgentState state)
    {
        var text = Text(line, "error", "data", "message") ?? Text(line, "error", "message") ?? Text(line, "error", "name") ?? Shown(At(line, "error"));
        var after = Text(line, "error", "data", "responseHeaders", "retry-after");
        return Finished(state, new AgentEnd(
            false, text, (int?)Number(line, "error", "data", "statusCode"),
            double.TryParse(after, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds < LimitText.MostSeconds ? seconds : null,
            Flag(line, "error", "data", "isRetryable")));
    }

    private static AgentUsage Counted(JsonElement line) => new(
        Number(line, "part", "tokens", "input") ?? 0,
        // Its output does not count the reasoning.
        (Number(line, "part", "tokens", "output") ?? 0) + (Number(line, "part", "tokens", "reasoning") ?? 0),
        Number(line, "part", "tokens", "cache", "read") ?? 0, Number(line, "part", "tokens", "cache", "write") ?? 0,
        Number(line, "part", "tokens", "reasoning") ?? 0, Money(line, "part", "cost"));
}
