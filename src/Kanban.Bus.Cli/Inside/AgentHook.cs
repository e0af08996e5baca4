using System.Text.Json;
using Kanban.Bus.Cli.Client;
using Kanban.Bus.Cli.Mcp;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Cli.Inside;

/// <summary><c>kanban inbox --hook claude-code</c>: what people said reaches an agent that asks a program of ours after each of its tool calls and before it ends.</summary>
internal static class AgentHook
{
    public const string ClaudeCode = "claude-code";

    /// <summary>Reads what happened from standard input, and writes only where there is news.</summary>
    public static async Task<int> AnswerAsync(Call call, string agent, CancellationToken ct)
    {
        if (agent != ClaudeCode)
            throw new UsageException($"--hook is '{agent}'; this version knows {ClaudeCode}.");
        if (Happened(await call.Terminal.In.ReadToEndAsync(ct)) is not { } happened)
            throw new UsageException("--hook reads one JSON object with 'hook_event_name' from standard input, as the agent writes it.");
        if (await BoardTools.NewsAsync(call.RunBoard, call.Run, "", ct) is not { Length: > 0 } news)
            return ExitCode.Ok;
        // An agent that would end goes on with a reason to.
        var answer = happened == "Stop"
            ? JsonSerializer.Serialize(new { decision = "block", reason = news + "\n\nHeed it as far as it concerns your work, then end." }, Json.Client)
            : JsonSerializer.Serialize(new { hookSpecificOutput = new { hookEventName = happened, additionalContext = news } }, Json.Client);
        await call.Terminal.Out.WriteLineAsync(answer.AsMemory(), ct);
        return ExitCode.Ok;
    }

    private static string? Happened(string text)
    {
        try
        {
            return JsonElement.Parse(text) is { ValueKind: JsonValueKind.Object } json && json.TryGetProperty("hook_event_name", out var name) && name.ValueKind is JsonValueKind.String ? name.GetString() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
