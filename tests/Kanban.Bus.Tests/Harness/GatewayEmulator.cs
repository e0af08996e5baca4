using System.Globalization;
using System.Net;

namespace Kanban.Bus.Tests.Harness;

/// <summary>An LLM gateway on a socket, such as vLLM: so many requests at one time, a queue that makes everything slower, 429 beyond its end, and metrics.</summary>
public sealed class GatewayEmulator : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Lock _gate = new();
    private readonly LinkedList<TaskCompletionSource> _queue = [];
    private CancellationTokenSource _chats = new();
    private List<Task> _chatting = [];
    private int _slots = 8;
    private int _busy;
    private bool _disposed;

    private GatewayEmulator(WebApplication app) => _app = app;

    public string Url => _app.Urls.First();

    /// <summary>Requests served at one time. May change at any moment; what is being served goes on.</summary>
    public int Slots
    {
        get => _slots;
        set
        {
            lock (_gate)
            {
                _slots = value;
                Admit();
            }
        }
    }

    /// <summary>Of a request that nobody waits behind.</summary>
    public TimeSpan Service { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>By how much of itself the service time grows for each slot's worth of requests that wait.</summary>
    public double Degradation { get; set; } = 0.5;

    /// <summary>Requests that may wait; what comes beyond them is refused with 429.</summary>
    public int QueueLimit { get; set; } = 64;

    /// <summary>What the metrics say of the KV cache.</summary>
    public double CacheUse { get; set; } = 0.5;

    /// <summary>What the last call for the metrics brought along.</summary>
    public string? LastAuthorization { get; private set; }

    public int Completed { get; private set; }

    public int Refused { get; private set; }

    /// <summary>Requests whose caller gave up. What was being served for it is served to its end: a model does not notice.</summary>
    public int Abandoned { get; private set; }

    public int Running
    {
        get
        {
            lock (_gate)
                return _busy;
        }
    }

    public int Waiting
    {
        get
        {
            lock (_gate)
                return _queue.Count;
        }
    }

    /// <param name="port">One that was taken before, for a gateway that comes back; 0 for a free one.</param>
    public static async Task<GatewayEmulator> StartAsync(int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));
        var app = builder.Build();
        var emulator = new GatewayEmulator(app);
        app.MapPost("/v1/chat/completions", emulator.CompleteAsync);
        app.MapGet("/v1/models", () => Results.Text("""{"object":"list","data":[{"id":"emulated"}]}""", "application/json"));
        app.MapGet("/metrics", (HttpContext http) =>
        {
            emulator.LastAuthorization = http.Request.Headers.Authorization;
            return Results.Text(emulator.Metrics());
        });
        await app.StartAsync();
        return emulator;
    }

    /// <summary>A request as from a person who chats beside: it takes its place in the queue like any other, and ends when that person goes away.</summary>
    /// <returns>False when it was refused.</returns>
    public Task<bool> ServeAsync(CancellationToken ct) => ServeAsync(noticed: ct, ct);

    /// <param name="noticed">Ends the service itself.</param>
    private async Task<bool> ServeAsync(CancellationToken noticed, CancellationToken ct)
    {
        LinkedListNode<TaskCompletionSource>? place;
        lock (_gate)
        {
            if (_queue.Count >= QueueLimit)
                return false;
            place = _queue.AddLast(new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            Admit();
        }

        try
        {
            await place.Value.Task.WaitAsync(ct);
        }
        catch (OperationCanceledException)
        {
            lock (_gate)
                if (place.List is not null)
                    _queue.Remove(place);
                else
                    Free();
            throw;
        }

        try
        {
            await Task.Delay(Service * (1 + Degradation * Waiting / Math.Max(1, Slots)), noticed);
        }
        finally
        {
            lock (_gate)
                Free();
        }

        ct.ThrowIfCancellationRequested();
        return true;
    }

    /// <summary>So many people at the same moment whose requests take for ever: one is served, the others wait, until they all go away.</summary>
    public void Chat(int people)
    {
        (Slots, Service) = (1, TimeSpan.FromHours(1));
        _chatting = [.. Enumerable.Range(0, people).Select(_ => PersonAsync(_chats.Token))];
    }

    public async Task EndChatAsync()
    {
        await _chats.CancelAsync();
        await Task.WhenAll(_chatting);
        _chats.Dispose();
        _chats = new CancellationTokenSource();
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        _disposed = true;
        await EndChatAsync();
        _chats.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private async Task PersonAsync(CancellationToken ct)
    {
        try
        {
            await ServeAsync(ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // Gone.
        }
    }

    private async Task CompleteAsync(HttpContext http)
    {
        try
        {
            if (await ServeAsync(CancellationToken.None, http.RequestAborted))
            {
                lock (_gate)
                    Completed++;
                await http.Response.WriteAsync("""{"choices":[{"message":{"role":"assistant","content":"hello"}}]}""");
                return;
            }

            lock (_gate)
                Refused++;
            http.Response.StatusCode = (int)HttpStatusCode.TooManyRequests;
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            lock (_gate)
                Abandoned++;
        }
    }

    private string Metrics()
    {
        lock (_gate)
            return string.Create(CultureInfo.InvariantCulture,
                $$"""
                # TYPE vllm:num_requests_running gauge
                vllm:num_requests_running{model_name="emulated"} {{_busy}}
                # TYPE vllm:num_requests_waiting gauge
                vllm:num_requests_waiting{model_name="emulated"} {{_queue.Count}}
                # TYPE vllm:kv_cache_usage_perc gauge
                vllm:kv_cache_usage_perc{model_name="emulated"} {{CacheUse}}

                """);
    }

    /// <summary>Gives free slots to those who wait longest. Hold the gate.</summary>
    private void Admit()
    {
        while (_busy < _slots && _queue.First is { } next)
        {
            _queue.RemoveFirst();
            _busy++;
            next.Value.SetResult();
        }
    }

    private void Free()
    {
        _busy--;
        Admit();
    }
}
