using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Tests.Cli;

/// <summary>An API on a loopback port that answers what a test tells it to, and remembers what it was asked.</summary>
internal sealed class FakeBoard : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FakeBoard(WebApplication app) => _app = app;

    public sealed record Asked(string Method, string Path, string Body, string? Authorization, string? IfMatch);

    public ConcurrentQueue<Asked> Requests { get; } = new();

    public string Url => _app.Urls.First();

    /// <param name="routes">Answers by <c>"GET /tasks/main-1"</c>, paths below <c>/api/v1</c>, without the query.</param>
    public static async Task<FakeBoard> StartAsync(params (string Route, Func<HttpContext, Task> Answer)[] routes)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var board = new FakeBoard(builder.Build());
        board._app.Run(async context =>
        {
            using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
            var request = context.Request;
            var path = request.Path.Value!.Replace("/api/v1", "", StringComparison.Ordinal);
            board.Requests.Enqueue(new Asked(request.Method, path + request.QueryString, await reader.ReadToEndAsync(), request.Headers.Authorization, request.Headers.IfMatch));
            var answer = routes.FirstOrDefault(route => route.Route == $"{request.Method} {path}").Answer
                ?? (c => Problem(c, 404, "no-such-route", $"The test has no answer to {request.Method} {path}."));
            await answer(context);
        });
        await board._app.StartAsync();
        return board;
    }

    public static Func<HttpContext, Task> Answers<T>(T body, int status = 200) => context =>
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return context.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(body, Json.Board)).AsTask();
    };

    /// <summary>One answer after the other; the last one stays.</summary>
    public static Func<HttpContext, Task> Turns(params Func<HttpContext, Task>[] answers)
    {
        var turn = -1;
        return context => answers[Math.Min(Interlocked.Increment(ref turn), answers.Length - 1)](context);
    }

    public static Func<HttpContext, Task> Refuses(int status, string code, string detail, params (string Pointer, string Detail)[] errors) =>
        context => Problem(context, status, code, detail, errors);

    /// <summary>An event stream that sends these lines, then stays open unless told to break.</summary>
    public static Func<HttpContext, Task> Streams(bool stayOpen, params string[] messages) => async context =>
    {
        context.Response.ContentType = "text/event-stream";
        foreach (var message in messages)
            await context.Response.WriteAsync(message + "\n\n");
        await context.Response.Body.FlushAsync();
        if (stayOpen)
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
    };

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private static Task Problem(HttpContext context, int status, string code, string detail, params (string Pointer, string Detail)[] errors)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/problem+json";
        return context.Response.WriteAsync(JsonSerializer.Serialize(new
        {
            type = "about:blank",
            title = "Refused",
            status,
            code,
            detail,
            errors = errors.Select(e => new { pointer = e.Pointer, detail = e.Detail }),
        }));
    }
}
