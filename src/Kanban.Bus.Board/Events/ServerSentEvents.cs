using System.Text;
using Kanban.Bus.Board.Access;
using Microsoft.AspNetCore.Http.Features;

namespace Kanban.Bus.Board.Events;

/// <summary>An answer that goes on: server-sent events, as the HTML standard has them.</summary>
/// <remarks>Each is flushed when written; a proxy is told not to hold them back. A stream whose token was revoked ends within <see cref="PingEvery"/>.</remarks>
public sealed class ServerSentEvents
{
    /// <summary>Between two <c>ping</c> events, from which a client knows that a silent stream is not a dead one.</summary>
    public static readonly TimeSpan PingEvery = TimeSpan.FromSeconds(15);

    private readonly HttpContext _http;
    private readonly TimeProvider _clock;
    private long _checked;

    private ServerSentEvents(HttpContext http, TimeProvider clock) => (_http, _clock, _checked) = (http, clock, clock.GetTimestamp());

    /// <summary>Sends the headers, how soon to reconnect, and a first <c>ping</c>.</summary>
    /// <param name="id">Where the stream starts: a client that loses it before its first event resumes from there.</param>
    public static async Task<ServerSentEvents> StartAsync(HttpContext http, string? id, TimeProvider clock, CancellationToken ct)
    {
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        http.Response.ContentType = "text/event-stream";
        http.Response.Headers.CacheControl = "no-cache, no-store";
        http.Response.Headers["X-Accel-Buffering"] = "no";
        var stream = new ServerSentEvents(http, clock);
        await http.Response.WriteAsync("retry: 2000\n", ct);
        await stream.SendAsync("ping", id, "{}", ct);
        return stream;
    }

    public Task PingAsync(CancellationToken ct) => SendAsync("ping", null, "{}", ct);

    /// <param name="data">One line: JSON as this product writes it.</param>
    public async Task SendAsync(string name, string? id, string data, CancellationToken ct)
    {
        if (_clock.GetElapsedTime(_checked) >= PingEvery)
            await CheckCallerAsync(ct);
        var text = new StringBuilder(data.Length + 64).Append("event: ").Append(name).Append('\n');
        if (id is not null)
            text.Append("id: ").Append(id).Append('\n');
        text.Append("data: ").Append(data).Append("\n\n");
        await _http.Response.WriteAsync(text.ToString(), ct);
        await _http.Response.Body.FlushAsync(ct);
    }

    /// <summary>The token was good when the stream began. Where it is no more, the connection is cut, and coming back answers 401.</summary>
    private async Task CheckCallerAsync(CancellationToken ct)
    {
        _checked = _clock.GetTimestamp();
        await using var scope = _http.RequestServices.GetRequiredService<IServiceScopeFactory>().CreateAsyncScope();
        if ((await scope.ServiceProvider.GetRequiredService<Callers>().ByRequestAsync(_http.Request, ct)).User is not null)
            return;
        _http.Abort();
        throw new OperationCanceledException(_http.RequestAborted);
    }
}
