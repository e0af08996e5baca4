namespace Kanban.Bus.Worker.Board;

/// <summary>The pooled connections to one board. After a miss the whole pool is dropped: a half-open connection looks alive, and the next call must not meet it.</summary>
internal sealed class HttpLink : IDisposable
{
    private HttpMessageInvoker _invoker = Fresh();

    /// <summary>The pool for a call that begins now.</summary>
    public HttpMessageInvoker Pool => Volatile.Read(ref _invoker);

    /// <summary>Calls under way keep their connections; every later call opens new ones.</summary>
    /// <param name="missed">The pool of the call that missed. Of many calls that one cut ends only the first drops it: the others would drop what calls after the cut have just opened.</param>
    public void Drop(HttpMessageInvoker missed)
    {
        var fresh = Fresh();
        (Interlocked.CompareExchange(ref _invoker, fresh, missed) == missed ? missed : fresh).Dispose();
    }

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
