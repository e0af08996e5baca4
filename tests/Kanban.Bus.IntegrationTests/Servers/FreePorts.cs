using System.Net;
using System.Net.Sockets;

namespace Kanban.Bus.IntegrationTests.Servers;

/// <summary>Ports for private servers, each handed out once per process.</summary>
/// <remarks>
/// Below the kernel's range for outgoing connections (from 32768), so that while a server is down for a fault test no
/// client's socket can take its port; and never a default port of a system service.
/// </remarks>
public static class FreePorts
{
    private const int First = 20_000;
    private const int Last = 31_999;
    private static readonly Lock Gate = new();
    private static readonly HashSet<int> Taken = [];

    public static int Take()
    {
        lock (Gate)
        {
            for (var tries = 0; tries < 1_000; tries++)
            {
                var port = Random.Shared.Next(First, Last + 1);
                if (Taken.Contains(port) || !CanBind(port))
                    continue;
                Taken.Add(port);
                return port;
            }
        }
        throw new InvalidOperationException($"No free port between {First} and {Last}.");
    }

    private static bool CanBind(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Any, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
