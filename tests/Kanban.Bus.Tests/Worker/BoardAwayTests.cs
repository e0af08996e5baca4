using System.Net;
using System.Net.Sockets;
using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;
using Kanban.Bus.Worker.Board;
using Kanban.Bus.Worker.Logs;
using Kanban.Bus.Worker.Spool;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kanban.Bus.Tests.Worker;

/// <summary>What a worker makes of a board that can't be reached.</summary>
public sealed class BoardAwayTests
{
    [Fact]
    public async Task A_connection_that_is_never_accepted_is_a_board_that_is_away()
    {
        // A listener whose queue is full: the kernel drops what knocks, as a firewall would.
        using var full = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        full.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        full.Listen(0);
        var waiting = new List<Socket>();
        for (var i = 0; i < 4; i++)
        {
            var knocks = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
            waiting.Add(knocks);
            try
            {
                await knocks.ConnectAsync(full.LocalEndPoint!).WaitAsync(TimeSpan.FromMilliseconds(200));
            }
            catch (TimeoutException)
            {
                break;
            }
        }
        using var board = new BoardApi(new Uri($"http://{full.LocalEndPoint}"), TimeProvider.System);

        await Assert.ThrowsAsync<BoardAwayException>(() => board.DeadLetterAsync(new DeadLetter("q", "why", [], null), CancellationToken.None));

        waiting.ForEach(socket => socket.Dispose());
    }

    [Fact]
    public async Task Of_calls_that_one_cut_ends_the_later_ones_leave_alone_what_was_opened_since()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var accepted = new List<Socket>();
        using var board = new BoardApi(new Uri($"http://{listener.LocalEndpoint}"), TimeProvider.System);
        var early = board.DeadLetterAsync(new DeadLetter("q", "why", [], null), CancellationToken.None);
        accepted.Add(await listener.AcceptSocketAsync());
        var late = board.DeadLetterAsync(new DeadLetter("q", "why", [], null), CancellationToken.None);
        accepted.Add(await listener.AcceptSocketAsync());

        accepted[0].Close(0);
        await Assert.ThrowsAsync<BoardAwayException>(() => early);
        var next = board.DeadLetterAsync(new DeadLetter("q", "why", [], null), CancellationToken.None);
        accepted.Add(await listener.AcceptSocketAsync());
        await AnswerAsync(accepted[2]);
        await next;
        accepted[1].Close(0);
        await Assert.ThrowsAsync<BoardAwayException>(() => late);

        var last = board.DeadLetterAsync(new DeadLetter("q", "why", [], null), CancellationToken.None);
        await AnswerAsync(accepted[2]);
        await last;
        Assert.False(listener.Pending());
        accepted.ForEach(socket => socket.Dispose());
    }

    /// <summary>Reads one request to its end, as this client sends them, and says that all is well.</summary>
    private static async Task AnswerAsync(Socket socket)
    {
        var (read, buffer) = ("", new byte[4096]);
        while (!read.EndsWith("\r\n0\r\n\r\n", StringComparison.Ordinal))
        {
            var count = await socket.ReceiveAsync(buffer);
            Assert.NotEqual(0, count);
            read += System.Text.Encoding.ASCII.GetString(buffer, 0, count);
        }
        await socket.SendAsync("HTTP/1.1 204 No Content\r\n\r\n"u8.ToArray());
    }

    /// <summary>Many times: how far the client is when the reset comes is a matter of luck, and so is the exception it throws.</summary>
    [Fact]
    public async Task A_connection_that_is_reset_at_any_moment_is_a_board_that_is_away()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var resets = Task.Run(async () =>
        {
            while (true)
            {
                using var socket = await listener.AcceptSocketAsync();
                socket.LingerState = new LingerOption(true, 0);
            }
        });
        using var board = new BoardApi(new Uri($"http://{listener.LocalEndpoint}"), TimeProvider.System);

        for (var i = 0; i < 500; i++)
            await Assert.ThrowsAsync<BoardAwayException>(() => board.DeadLetterAsync(new DeadLetter("q", "why", [], null), CancellationToken.None));

        listener.Stop();
        await Assert.ThrowsAnyAsync<Exception>(() => resets);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_end_of_a_log_waits_for_a_board_that_is_away_and_not_for_one_that_fails_on_the_log_alone(bool away)
    {
        await using var board = await FakeBoard.StartAsync();
        var (down, calls) = (true, 0);
        board.Intercept = context =>
        {
            Interlocked.Increment(ref calls);
            return Task.FromResult(Volatile.Read(ref down) ? Results.StatusCode(503) : null);
        };
        var grant = WorkerHarness.Grant("");
        var folder = Directory.CreateTempSubdirectory("kanban-log-").FullName;
        var run = new RunDirectory(folder, grant.RunId);
        await File.WriteAllTextAsync(run.LogFile("stdout"), "the last words");
        using var stdout = new LogFile(run, "stdout", 1 << 20, new Redactor([]));
        using var api = new BoardApi(board.Address, TimeProvider.System);
        var clock = new Hasty();
        var upload = new LogUpload(grant, [stdout], () => away ? TimeSpan.FromHours(1) : TimeSpan.Zero, api, clock, NullLogger.Instance);
        var begun = clock.GetTimestamp();

        upload.End();
        var sending = upload.RunAsync(CancellationToken.None);
        if (away)
            await Eventually.Async(() => clock.GetElapsedTime(begun) > TimeSpan.FromMinutes(5) && calls > 1);
        else
            await sending.WaitAsync(Eventually.Deadline);

        Assert.Equal(!away, sending.IsCompleted);
        Assert.True(calls > 1);
        Volatile.Write(ref down, false);
        await sending.WaitAsync(Eventually.Deadline);
        Assert.Equal(away ? "the last words" : "", System.Text.Encoding.UTF8.GetString(board.Log(grant.RunId, "stdout")));
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>A hundred seconds of its time pass in one; its timers run as always.</summary>
    private sealed class Hasty : TimeProvider
    {
        public override long GetTimestamp() => System.GetTimestamp() * 100;
    }
}
