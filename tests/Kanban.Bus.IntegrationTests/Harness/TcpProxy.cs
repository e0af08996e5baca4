using System.Net;
using System.Net.Sockets;
using Kanban.Bus.IntegrationTests.Servers;
using Npgsql;

namespace Kanban.Bus.IntegrationTests.Harness;

/// <summary>What a <see cref="TcpProxy"/> does with its link at the moment.</summary>
public enum LinkMode
{
    Pass,

    /// <summary>Connections stay and new ones are taken, but no byte moves. What was held back goes on when the link passes again.</summary>
    Stall,

    /// <summary>As <see cref="Stall"/>, from the client to the server alone.</summary>
    StallRequests,

    /// <summary>As <see cref="Stall"/>, from the server to the client alone: the server acts and nobody hears. The answer is lost when the link is dropped before it passes.</summary>
    StallAnswers,

    /// <summary>Every connection is reset, and so is each new one.</summary>
    Drop,

    /// <summary>Every connection is reset and nobody listens.</summary>
    Refuse,
}

/// <summary>One link of an installation, led through this process so that a test can cut it: worker to board or broker, board to broker or database.</summary>
public sealed class TcpProxy : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly HashSet<Link> _links = [];
    private volatile int _target;
    private TcpListener? _listener;
    private LinkMode _mode = LinkMode.Pass;
    private TaskCompletionSource _changed = New();

    /// <param name="target">Port on loopback that it leads to.</param>
    public TcpProxy(int target)
    {
        _target = target;
        Listen();
    }

    public int Port { get; } = FreePorts.Take();

    /// <summary>Port that new connections are led to; a change makes it a balancer that has noticed a dead server.</summary>
    public int Target
    {
        get => _target;
        set => _target = value;
    }

    /// <summary>Takes effect on what is open as well as on what comes.</summary>
    public LinkMode Mode
    {
        get
        {
            lock (_gate)
                return _mode;
        }
        set
        {
            List<Link> reset;
            lock (_gate)
            {
                _mode = value;
                reset = value is LinkMode.Drop or LinkMode.Refuse ? [.. _links] : [];
            }
            // Before anything that is held back may move: it is lost with its connection.
            foreach (var link in reset)
                link.Reset();
            lock (_gate)
            {
                _changed.SetResult();
                _changed = New();
            }
            if (value is LinkMode.Refuse)
                StopListening();
            else
                Listen();
        }
    }

    /// <summary>Resets every connection once and passes again; what was held back is lost.</summary>
    /// <returns>How many there were.</returns>
    public int Reset()
    {
        int open;
        lock (_gate)
            open = _links.Count;
        Mode = LinkMode.Drop;
        Mode = LinkMode.Pass;
        return open;
    }

    /// <summary>The address with this link in it, such as <c>http://127.0.0.1:PORT</c> or <c>amqp://…</c>.</summary>
    public string Of(string address) => new UriBuilder(address) { Port = Port }.Uri.AbsoluteUri.TrimEnd('/');

    /// <summary>The same for a connection string.</summary>
    public string OfDatabase(string connectionString) => new NpgsqlConnectionStringBuilder(connectionString) { Port = Port }.ConnectionString;

    public ValueTask DisposeAsync()
    {
        Mode = LinkMode.Refuse;
        return ValueTask.CompletedTask;
    }

    private void Listen()
    {
        lock (_gate)
        {
            if (_listener is not null)
                return;
            _listener = new TcpListener(IPAddress.Loopback, Port);
            // Its port must be free again at once after it was closed.
            _listener.Server.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            _listener.Start();
            _ = AcceptAsync(_listener);
        }
    }

    private void StopListening()
    {
        lock (_gate)
        {
            _listener?.Stop();
            _listener = null;
        }
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        try
        {
            while (true)
                _ = ServeAsync(await listener.AcceptSocketAsync());
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
        {
            // The listener was stopped.
        }
    }

    private async Task ServeAsync(Socket client)
    {
        var link = new Link(client, new Socket(SocketType.Stream, ProtocolType.Tcp));
        lock (_gate)
        {
            _links.Add(link);
        }
        try
        {
            if (Mode is LinkMode.Drop or LinkMode.Refuse)
                return;
            await link.Server.ConnectAsync(IPAddress.Loopback, _target);
            await Task.WhenAll(
                PumpAsync(link.Client, link.Server, LinkMode.StallRequests),
                PumpAsync(link.Server, link.Client, LinkMode.StallAnswers));
        }
        catch (Exception cut) when (cut is SocketException or ObjectDisposedException)
        {
            // One end went away: so does the other, below.
        }
        finally
        {
            lock (_gate)
            {
                _links.Remove(link);
            }
            link.Reset();
        }
    }

    private async Task PumpAsync(Socket from, Socket to, LinkMode stalled)
    {
        var buffer = new byte[16 * 1024];
        while (await from.ReceiveAsync(buffer) is > 0 and var count)
        {
            await WhileStalledAsync(stalled);
            for (var sent = 0; sent < count;)
                sent += await to.SendAsync(buffer.AsMemory(sent, count - sent));
        }
        await WhileStalledAsync(stalled);
        to.Shutdown(SocketShutdown.Send);
    }

    private async Task WhileStalledAsync(LinkMode direction)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_mode is LinkMode.Drop or LinkMode.Refuse)
                    throw new SocketException((int)SocketError.ConnectionReset);
                if (_mode is not LinkMode.Stall && _mode != direction)
                    return;
                changed = _changed.Task;
            }
            await changed;
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed record Link(Socket Client, Socket Server)
    {
        /// <summary>Closes both ends at once, with a reset instead of an orderly end.</summary>
        public void Reset()
        {
            foreach (var socket in (Socket[])[Client, Server])
            {
                try
                {
                    socket.LingerState = new LingerOption(true, 0);
                }
                catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
                {
                    // Closed already, or never connected: nothing to linger for.
                }
                socket.Dispose();
            }
        }
    }
}
