using System.IO.Pipelines;
using System.Text.Json;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Tests.Harness;

/// <summary>One server-sent event.</summary>
public sealed record SentEvent(string Name, string? Id, string Data)
{
    public T As<T>() => JsonSerializer.Deserialize<T>(Data, Json.Client) ?? throw new InvalidOperationException($"'{Data}' is no {typeof(T).Name}.");
}

/// <summary>A request whose answer goes on, its reader, and the process's lifetime around it; disposing it is the client going away.</summary>
public sealed class EventReader : IHostApplicationLifetime, IAsyncDisposable
{
    private readonly CancellationTokenSource _gone = new();
    private readonly StreamReader _lines;

    public EventReader(string? lastEventId = null)
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 64 * 1024, resumeWriterThreshold: 32 * 1024));
        Http = new DefaultHttpContext { Response = { Body = pipe.Writer.AsStream() }, RequestAborted = _gone.Token };
        if (lastEventId is not null)
            Http.Request.Headers["Last-Event-ID"] = lastEventId;
        _lines = new StreamReader(pipe.Reader.AsStream());
    }

    public HttpContext Http { get; }

    public CancellationToken ApplicationStarted => CancellationToken.None;
    public CancellationToken ApplicationStopping => CancellationToken.None;
    public CancellationToken ApplicationStopped => CancellationToken.None;

    /// <summary>The next event. A field that this product does not send fails the test.</summary>
    /// <exception cref="TimeoutException">None came in time.</exception>
    public async Task<SentEvent> NextAsync()
    {
        var (name, id, data) = ("", (string?)null, "");
        while (await _lines.ReadLineAsync().WaitAsync(Eventually.Deadline) is { } line)
        {
            if (line.Length == 0)
                return new SentEvent(name, id, data);
            var colon = line.IndexOf(": ", StringComparison.Ordinal);
            var value = line[(colon + 2)..];
            (name, id, data) = line[..colon] switch
            {
                "event" => (value, id, data),
                "id" => (name, value, data),
                "data" => (name, id, data + value),
                "retry" => (name, id, data),
                var other => throw new InvalidOperationException($"Unknown field '{other}'."),
            };
        }
        throw new InvalidOperationException("The stream ended.");
    }

    public void StopApplication() => _gone.Cancel();

    public async ValueTask DisposeAsync()
    {
        await _gone.CancelAsync();
        _lines.Dispose();
        _gone.Dispose();
    }
}
