using System.Net;
using System.Net.Sockets;
using System.Text;
using Kanban.Bus.Tests.Harness;

namespace Kanban.Bus.IntegrationTests.Harness;

/// <summary>A cut that does not cut would let every fault test pass.</summary>
public sealed class TcpProxyTests : IAsyncLifetime, IDisposable
{
    private readonly TcpListener _echo = new(IPAddress.Loopback, 0);
    private TcpProxy _link = null!;
    private volatile string _heard = "";

    public Task InitializeAsync()
    {
        _echo.Start();
        _ = EchoAsync();
        _link = new TcpProxy(((IPEndPoint)_echo.LocalEndpoint).Port);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync() => await _link.DisposeAsync();

    public void Dispose() => _echo.Dispose();

    [Theory]
    [InlineData(LinkMode.Stall, "")]
    [InlineData(LinkMode.StallRequests, "")]
    [InlineData(LinkMode.StallAnswers, "one two")]
    public async Task What_a_stalled_link_holds_back_arrives_when_it_passes_again(LinkMode mode, string heard)
    {
        using var open = await ConnectAsync();
        Assert.Equal("one", await SayAsync(open, "one"));

        _link.Mode = mode;
        var answer = SayAsync(open, " two");
        if (heard.Length > 0)
            await Eventually.Async(() => _heard == heard);
        await Task.WhenAny(answer, Task.Delay(300));
        Assert.Equal((false, heard.Length > 0 ? heard : "one"), (answer.IsCompleted, _heard));

        _link.Mode = LinkMode.Pass;
        Assert.Equal(" two", await answer.WaitAsync(Eventually.Deadline));
    }

    [Fact]
    public async Task An_answer_held_back_is_lost_when_the_link_is_dropped()
    {
        using var open = await ConnectAsync();
        _link.Mode = LinkMode.StallAnswers;
        var answer = SayAsync(open, "one");
        await Eventually.Async(() => _heard == "one");

        _link.Mode = LinkMode.Drop;
        await Assert.ThrowsAnyAsync<SocketException>(() => answer.WaitAsync(Eventually.Deadline));
        await Assert.ThrowsAnyAsync<SocketException>(async () =>
        {
            using var next = await ConnectAsync();
            await SayAsync(next, "two").WaitAsync(Eventually.Deadline);
        });

        _link.Mode = LinkMode.Refuse;
        Assert.Equal(SocketError.ConnectionRefused, (await Assert.ThrowsAsync<SocketException>(ConnectAsync)).SocketErrorCode);

        _link.Mode = LinkMode.Pass;
        using var last = await ConnectAsync();
        Assert.Equal("three", await SayAsync(last, "three"));
        Assert.Equal("onethree", _heard);
    }

    private async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, _link.Port);
        return socket;
    }

    private static async Task<string> SayAsync(Socket socket, string text)
    {
        await socket.SendAsync(Encoding.ASCII.GetBytes(text));
        var buffer = new byte[100];
        var count = await socket.ReceiveAsync(buffer);
        return count > 0 ? Encoding.ASCII.GetString(buffer, 0, count) : throw new SocketException((int)SocketError.ConnectionReset);
    }

    private async Task EchoAsync()
    {
        while (true)
        {
            var socket = await _echo.AcceptSocketAsync();
            _ = Task.Run(async () =>
            {
                var buffer = new byte[100];
                while (await socket.ReceiveAsync(buffer) is > 0 and var count)
                {
                    _heard += Encoding.ASCII.GetString(buffer, 0, count);
                    await socket.SendAsync(buffer.AsMemory(0, count));
                }
            });
        }
    }
}
