using System.Text.Json;

namespace Kanban.Bus.IntegrationTests.Agents;

/// <summary>Answers of <c>/v1/responses</c>. Each counts 150 tokens in, 30 of them from the cache, and 12 out, 4 of them for reasoning.</summary>
internal static class ResponsesAnswer
{
    private static int _made;

    public static async Task WriteAsync(ModelStream stream, JsonElement request, ModelStep step)
    {
        var number = Interlocked.Increment(ref _made);
        var id = $"resp_{number:000}";
        await stream.SendAsync(new { type = "response.created", response = new { id, @object = "response", status = "in_progress", output = Array.Empty<object>() } }, "response.created");
        object item;
        if (step is ModelStep.Command command)
        {
            item = new { type = "function_call", id = $"fc_{number:000}", call_id = $"call_{number:000}", name = "exec_command", arguments = JsonSerializer.Serialize(new { cmd = command.Line }) };
            await stream.SendAsync(new { type = "response.output_item.added", output_index = 0, item }, "response.output_item.added");
        }
        else
        {
            var message = $"msg_{number:000}";
            await stream.SendAsync(new { type = "response.output_item.added", output_index = 0, item = new { type = "message", id = message, role = "assistant", status = "in_progress", content = Array.Empty<object>() } }, "response.output_item.added");
            var said = "";
            await foreach (var word in stream.WordsAsync(step))
            {
                said += word;
                await stream.SendAsync(new { type = "response.output_text.delta", item_id = message, output_index = 0, content_index = 0, delta = word }, "response.output_text.delta");
            }
            item = new { type = "message", id = message, role = "assistant", status = "completed", content = new[] { new { type = "output_text", text = said, annotations = Array.Empty<object>() } } };
        }
        await stream.SendAsync(new { type = "response.output_item.done", output_index = 0, item }, "response.output_item.done");
        var usage = new { input_tokens = 150, input_tokens_details = new { cached_tokens = 30 }, output_tokens = 12, output_tokens_details = new { reasoning_tokens = 4 }, total_tokens = 162 };
        await stream.SendAsync(new { type = "response.completed", response = new { id, @object = "response", status = "completed", output = new[] { item }, usage } }, "response.completed");
    }
}

/// <summary>Answers of <c>/v1/chat/completions</c>, with the same counts.</summary>
internal static class ChatAnswer
{
    private static int _made;

    public static async Task WriteAsync(ModelStream stream, JsonElement request, ModelStep step)
    {
        var number = Interlocked.Increment(ref _made);
        var (id, model) = ($"chatcmpl-{number:000}", request.GetProperty("model").GetString());
        var usage = new { prompt_tokens = 150, completion_tokens = 12, total_tokens = 162, prompt_tokens_details = new { cached_tokens = 30 }, completion_tokens_details = new { reasoning_tokens = 4 } };
        if (!request.TryGetProperty("stream", out var asked) || !asked.GetBoolean())
        {
            await stream.DocumentAsync(new { id, @object = "chat.completion", created = 0, model, choices = new[] { new { index = 0, message = new { role = "assistant", content = "ok" }, finish_reason = "stop" } }, usage });
            return;
        }

        Task Chunk(object delta, string? finish = null) =>
            stream.SendAsync(new { id, @object = "chat.completion.chunk", created = 0, model, choices = new[] { new { index = 0, delta, finish_reason = finish } } });

        await Chunk(new { role = "assistant", content = "" });
        if (step is ModelStep.Command command)
        {
            var arguments = JsonSerializer.Serialize(new { command = command.Line, description = "As the mock says" });
            await Chunk(new { tool_calls = new[] { new { index = 0, id = $"call_{number:000}", type = "function", function = new { name = "bash", arguments } } } });
            await Chunk(new { }, "tool_calls");
        }
        else
        {
            await foreach (var word in stream.WordsAsync(step))
                await Chunk(new { content = word });
            await Chunk(new { }, "stop");
        }
        await stream.SendAsync(new { id, @object = "chat.completion.chunk", created = 0, model, choices = Array.Empty<object>(), usage });
        await stream.SendAsync("[DONE]");
    }
}
