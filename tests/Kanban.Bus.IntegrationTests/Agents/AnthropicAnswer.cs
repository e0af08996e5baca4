using System.Globalization;
using System.Text.Json;

namespace Kanban.Bus.IntegrationTests.Agents;

/// <summary>Answers of <c>/v1/messages</c>. Each counts 100 tokens in, 20 written to and 30 read from the cache, 12 out.</summary>
internal static class AnthropicAnswer
{
    private static int _made;

    public static async Task WriteAsync(ModelStream stream, JsonElement request, ModelStep step)
    {
        var number = Interlocked.Increment(ref _made);
        var message = new
        {
            id = $"msg_{number:000}",
            type = "message",
            role = "assistant",
            model = request.GetProperty("model").GetString(),
            content = Array.Empty<object>(),
            stop_reason = (string?)null,
            stop_sequence = (string?)null,
            usage = new { input_tokens = 100, cache_creation_input_tokens = 20, cache_read_input_tokens = 30, output_tokens = 1 },
        };
        if (!request.TryGetProperty("stream", out var asked) || !asked.GetBoolean())
        {
            await stream.DocumentAsync(new { message.id, message.type, message.role, message.model, content = new[] { new { type = "text", text = "ok" } }, stop_reason = "end_turn", message.usage });
            return;
        }

        await stream.SendAsync(new { type = "message_start", message }, "message_start");
        if (step is ModelStep.Command command)
        {
            await stream.SendAsync(new { type = "content_block_start", index = 0, content_block = new { type = "tool_use", id = $"toolu_{number:000}", name = "Bash", input = new { } } }, "content_block_start");
            var input = JsonSerializer.Serialize(new { command = command.Line, description = "As the mock says" });
            await stream.SendAsync(new { type = "content_block_delta", index = 0, delta = new { type = "input_json_delta", partial_json = input } }, "content_block_delta");
        }
        else
        {
            await stream.SendAsync(new { type = "content_block_start", index = 0, content_block = new { type = "text", text = "" } }, "content_block_start");
            await foreach (var word in stream.WordsAsync(step))
                await stream.SendAsync(new { type = "content_block_delta", index = 0, delta = new { type = "text_delta", text = word } }, "content_block_delta");
        }
        await stream.SendAsync(new { type = "content_block_stop", index = 0 }, "content_block_stop");
        await stream.SendAsync(new { type = "message_delta", delta = new { stop_reason = step is ModelStep.Command ? "tool_use" : "end_turn", stop_sequence = (string?)null }, usage = new { output_tokens = 12 } }, "message_delta");
        await stream.SendAsync(new { type = "message_stop" }, "message_stop");
    }

    /// <summary>What tells an agent with a subscription that its five hours are used up.</summary>
    public static IEnumerable<(string Name, string Value)> PlanHeaders(DateTimeOffset resets)
    {
        var at = resets.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return
        [
            ("anthropic-ratelimit-unified-status", "rejected"), ("anthropic-ratelimit-unified-reset", at), ("anthropic-ratelimit-unified-representative-claim", "five_hour"),
            ("anthropic-ratelimit-unified-5h-status", "rejected"), ("anthropic-ratelimit-unified-5h-reset", at), ("anthropic-ratelimit-unified-5h-utilization", "1.0"),
        ];
    }
}
