namespace Kanban.Bus.Worker.Board;

/// <summary>The pooled connections to one board. After a miss the whole pool is dropped: a half-open connection looks alive, and the next call must not meet it.</summary>
internal sealed class HttpLink : IDisposable
{
    private HttpMessageInvoker _invoker = Fresh();

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct) => Volatile.Read(ref _invoker).SendAsync(request, ct);

    /// <summary>Calls under way keep their connections; every later call opens new ones.</summary>
    public void Drop() => Interlocked.Exchange(ref _invoker, Fresh()).Dispose();

    public void Dispose() => _invoker.Dispose();

    private static HttpMessageInvoker Fresh() => new(new SocketsHttpHandler
    {
        ConnectTimeout = TimeSpan.FromSeconds(4),
        // Names are resolved again within this time, so a board that moved is found.
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        UseCookies = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = System.Net.DecompressionMethods.None,
    });
}
