using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;

namespace Kanban.Bus.IntegrationTests.Agents;

/// <summary>Mocks of the providers that agents call, on a free loopback port: <c>/v1/messages</c>, <c>/v1/responses</c>, <c>/v1/chat/completions</c>. It answers by a script, step by step; the last step repeats.</summary>
/// <remarks>Requests that bring no tools (titles, summaries) are side calls of the agent: they get a short text and use up no step.</remarks>
public sealed class ModelServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Lock _gate = new();
    private IReadOnlyList<ModelStep> _script = [new ModelStep.Text("ok")];
    private int _next;

    private ModelServer(WebApplication app) => _app = app;

    public string Url => _app.Urls.First();

    /// <summary>Bodies of the requests that used up a step, oldest first.</summary>
    public ConcurrentQueue<JsonElement> Requests { get; } = new();

    public static async Task<ModelServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var server = new ModelServer(app);
        app.MapPost("/v1/messages", context => server.AnswerAsync(context, AnthropicAnswer.WriteAsync));
        app.MapPost("/v1/messages/count_tokens", () => new { input_tokens = 10 });
        app.MapPost("/v1/responses", context => server.AnswerAsync(context, ResponsesAnswer.WriteAsync));
        app.MapPost("/v1/chat/completions", context => server.AnswerAsync(context, ChatAnswer.WriteAsync));
        app.MapGet("/v1/models", () => new { data = Array.Empty<object>() });
        await app.StartAsync();
        return server;
    }

    /// <summary>From the next request on.</summary>
    public void Play(params IReadOnlyList<ModelStep> script)
    {
        lock (_gate)
            (_script, _next) = (script, 0);
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context, Func<ModelStream, JsonElement, ModelStep, Task> write)
    {
        var body = await JsonSerializer.DeserializeAsync<JsonElement>(context.Request.Body, cancellationToken: context.RequestAborted);
        var isSideCall = !body.TryGetProperty("tools", out var tools) || tools.ValueKind != JsonValueKind.Array || tools.GetArrayLength() == 0;
        var step = isSideCall ? new ModelStep.Text("ok") : Next(body);
        try
        {
            switch (step)
            {
                case ModelStep.Hang:
                    await Task.Delay(Timeout.Infinite, context.RequestAborted);
                    break;
                case ModelStep.Status status:
                    await RefuseAsync(context, status.Code, "The mock fails on purpose.");
                    break;
                case ModelStep.Limit limit:
                    context.Response.Headers.RetryAfter = $"{limit.RetryAfterSeconds}";
                    if (limit.ResetsAt is { } resets)
                        foreach (var (name, value) in AnthropicAnswer.PlanHeaders(resets))
                            context.Response.Headers[name] = value;
                    await RefuseAsync(context, 429, $"Rate limit reached. Please try again in {limit.RetryAfterSeconds}s.");
                    break;
                default:
                    await write(new ModelStream(context), body, step);
                    break;
            }
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The agent has gone, as an agent that is cancelled does.
        }
    }

    private ModelStep Next(JsonElement body)
    {
        lock (_gate)
        {
            Requests.Enqueue(body);
            return _script[Math.Min(_next++, _script.Count - 1)];
        }
    }

    private static Task RefuseAsync(HttpContext context, int status, string message)
    {
        var type = status switch { 429 => "rate_limit_error", 401 => "authentication_error", >= 500 => "api_error", _ => "invalid_request_error" };
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(new { type = "error", error = new { type, message } }, context.RequestAborted);
    }
}

/// <summary>An answer as server-sent events, or as one document where the agent asked for that.</summary>
public sealed class ModelStream(HttpContext context)
{
    public async Task SendAsync(object data, string? name = null)
    {
        if (!context.Response.HasStarted)
            context.Response.ContentType = "text/event-stream";
        var head = name is null ? "" : $"event: {name}\n";
        await context.Response.WriteAsync($"{head}data: {data as string ?? JsonSerializer.Serialize(data)}\n\n", context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }

    public Task DocumentAsync(object data) => context.Response.WriteAsJsonAsync(data, context.RequestAborted);

    /// <summary>The words of a text with their pauses; a cut ends the connection after the second.</summary>
    public async IAsyncEnumerable<string> WordsAsync(ModelStep step)
    {
        var (words, pause) = step is ModelStep.Text text ? (text.Words, text.Pause) : ("The work is cut", TimeSpan.Zero);
        var parts = words.Split(' ');
        for (var i = 0; i < parts.Length; i++)
        {
            if (step is ModelStep.Cut && i == 2)
            {
                context.Features.Get<IHttpRequestLifetimeFeature>()!.Abort();
                context.RequestAborted.ThrowIfCancellationRequested();
            }
            if (pause > TimeSpan.Zero)
                await Task.Delay(pause, context.RequestAborted);
            yield return i < parts.Length - 1 ? parts[i] + " " : parts[i];
        }
    }
}
