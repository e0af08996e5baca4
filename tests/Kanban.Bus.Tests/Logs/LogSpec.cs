using System.Security.Claims;
using Kanban.Bus.Board.Logs;
using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace Kanban.Bus.Tests.Logs;

/// <summary>A run's log on the board: byte-exact, by offset, and only while its lease lives.</summary>
public abstract class LogSpec<TStore> : StoreSpec<TStore> where TStore : TestStore, new()
{
    private readonly LogOptions _options = new();
    private readonly LogSignal _signal = new();

    [Fact]
    public async Task Pieces_join_byte_for_byte_whatever_they_hold()
    {
        var (run, token) = await HeldAsync();
        byte[] first = [0, 1, 2, 0xFF, 0xC3];
        byte[] second = [0xA4, 10, 0, 13];

        Assert.Equal(5, Stored(await AppendAsync(run, token, "stdout", 0, first)));
        Assert.Equal(9, Stored(await AppendAsync(run, token, "stdout", 5, second)));
        Assert.Equal(1, Stored(await AppendAsync(run, token, "stderr", 0, [7])));

        Assert.Equal((byte[])[.. first, .. second], await ReadAsync(run, "stdout"));
        Assert.Equal((byte[])[7], await ReadAsync(run, "stderr"));
    }

    [Fact]
    public async Task What_is_stored_already_is_skipped_and_the_rest_kept()
    {
        var (run, token) = await HeldAsync();
        await AppendAsync(run, token, "stdout", 0, "hello "u8.ToArray());

        Assert.Equal(6, Stored(await AppendAsync(run, token, "stdout", 0, "hello "u8.ToArray())));
        Assert.Equal(11, Stored(await AppendAsync(run, token, "stdout", 3, "lo world"u8.ToArray())));

        Assert.Equal("hello world"u8.ToArray(), await ReadAsync(run, "stdout"));
    }

    [Fact]
    public async Task A_piece_beyond_the_end_is_refused_with_the_place_to_go_on()
    {
        var (run, token) = await HeldAsync();
        await AppendAsync(run, token, "stdout", 0, "abc"u8.ToArray());

        var refused = Assert.IsType<Conflict<LogAnswer>>(await AppendAsync(run, token, "stdout", 4, "e"u8.ToArray()));

        Assert.Equal(new LogAnswer("stdout", 3), refused.Value);
        Assert.Equal("abc"u8.ToArray(), await ReadAsync(run, "stdout"));
    }

    [Fact]
    public async Task Uploads_that_race_leave_one_whole_log()
    {
        var (run, token) = await HeldAsync();
        var whole = Enumerable.Range(0, 60).SelectMany(i => BitConverter.GetBytes(i)).ToArray();

        // Every uploader sends everything, in pieces that overlap in their own way, as one does after a lost answer.
        await Task.WhenAll(Enumerable.Range(3, 8).Select(async size =>
        {
            for (var at = 0L; at < whole.Length;)
                at = await AppendAsync(run, token, "stdout", at, whole[(int)at..Math.Min(whole.Length, (int)at + size * 3)]) switch
                {
                    Ok<LogAnswer> stored => stored.Value!.NextOffset,
                    Conflict<LogAnswer> behind => behind.Value!.NextOffset,
                    var other => throw new InvalidOperationException($"{other}"),
                };
        }));

        Assert.Equal(whole, await ReadAsync(run, "stdout"));
    }

    [Fact]
    public async Task A_lease_that_is_gone_takes_nothing_more()
    {
        var (run, token) = await HeldAsync();
        await AppendAsync(run, token, "stdout", 0, "kept"u8.ToArray());

        await Store.FinishAsync("w1", new FinishItem(run, token, Outcome.Succeeded));

        Assert.Equal(409, Assert.IsType<ProblemHttpResult>(await AppendAsync(run, token, "stdout", 4, "late"u8.ToArray())).StatusCode);
        Assert.Equal("kept"u8.ToArray(), await ReadAsync(run, "stdout"));
    }

    [Fact]
    public async Task An_older_fencing_token_takes_nothing()
    {
        var (run, token) = await HeldAsync();

        Assert.Equal(409, Assert.IsType<ProblemHttpResult>(await AppendAsync(run, token - 1, "stdout", 0, "stale"u8.ToArray())).StatusCode);
        Assert.Empty(await ReadAsync(run, "stdout"));
    }

    [Fact]
    public async Task A_log_past_its_limit_is_refused_and_keeps_what_it_has()
    {
        var (run, token) = await HeldAsync();
        _options.MaxBytesPerRun = 1024;
        await AppendAsync(run, token, "stdout", 0, new byte[1000]);

        Assert.Equal(413, Assert.IsType<ProblemHttpResult>(await AppendAsync(run, token, "stderr", 0, new byte[25])).StatusCode);
        Assert.Equal(24, Stored(await AppendAsync(run, token, "stderr", 0, new byte[24])));
    }

    [Fact]
    public async Task A_piece_over_256_KiB_is_refused_though_its_length_was_not_announced()
    {
        var (run, token) = await HeldAsync();

        Assert.Equal(413, Assert.IsType<ProblemHttpResult>(await AppendAsync(run, token, "stdout", 0, new byte[Limits.LogChunkBytes + 1])).StatusCode);
        Assert.Equal(Limits.LogChunkBytes, Stored(await AppendAsync(run, token, "stdout", 0, new byte[Limits.LogChunkBytes])));
    }

    [Fact]
    public async Task A_piece_that_came_whole_is_stored_although_its_sender_was_cut_off_and_half_a_piece_is_not()
    {
        var (run, token) = await HeldAsync();
        using var cut = new CancellationTokenSource();

        await using (var whole = new CutStream("whole"u8.ToArray(), afterByte: 5, cut))
            Assert.Equal(5, Stored(await AppendAsync(run, token, "stdout", 0, whole, 5, cut.Token)));
        Assert.True(cut.IsCancellationRequested);
        using var again = new CancellationTokenSource();
        await using (var half = new CutStream(" and half"u8.ToArray(), afterByte: 4, again))
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => AppendAsync(run, token, "stdout", 5, half, 9, again.Token));

        Assert.Equal("whole"u8.ToArray(), await ReadAsync(run, "stdout"));
    }

    [Fact]
    public async Task A_range_may_begin_and_end_inside_any_piece()
    {
        var (run, token) = await HeldAsync();
        await AppendAsync(run, token, "stdout", 0, "0123"u8.ToArray());
        await AppendAsync(run, token, "stdout", 4, "4567"u8.ToArray());
        await AppendAsync(run, token, "stdout", 8, "89"u8.ToArray());

        var bytes = await Store.ReadAsync(async db =>
        {
            await using var log = new LogStream(db, run, "stdout", 10);
            log.Seek(-7, SeekOrigin.End);
            var read = new byte[6];
            await log.ReadExactlyAsync(read);
            return read;
        });

        Assert.Equal("345678"u8.ToArray(), bytes);
    }

    [Fact]
    public async Task Pages_follow_the_order_of_arrival_and_are_bounded_by_bytes()
    {
        var (run, token) = await HeldAsync();
        for (var i = 0; i < 6; i++)
            await AppendAsync(run, token, i % 2 == 0 ? "stdout" : "stderr", i / 2 * 250_000L, new byte[250_000]);

        var (first, more) = await Store.ReadAsync(db => ReadLog.PageAsync(db, run, 0, 50, default));
        var (second, end) = await Store.ReadAsync(db => ReadLog.PageAsync(db, run, first[^1].Id, 50, default));

        Assert.True(more);
        Assert.False(end);
        Assert.Equal(4, first.Count);
        Assert.Equal(["stdout", "stderr", "stdout", "stderr", "stdout", "stderr"], first.Concat(second).Select(c => c.Stream));
    }

    [Fact]
    public async Task One_stream_may_be_read_from_any_byte_on()
    {
        var (run, token) = await HeldAsync();
        await AppendAsync(run, token, "stdout", 0, "0123"u8.ToArray());
        await AppendAsync(run, token, "events", 0, "{}\n"u8.ToArray());
        await AppendAsync(run, token, "stdout", 4, "4567"u8.ToArray());

        var (chunks, _) = await Store.ReadAsync(db => ReadLog.PageAsync(db, run, 0, 50, default, new LogPart("stdout", 2)));
        var (events, _) = await Store.ReadAsync(db => ReadLog.PageAsync(db, run, 0, 50, default, new LogPart("events", 0)));

        Assert.Equal([(2, "23"), (4, "4567")], chunks.Select(c => ((int)c.Offset, System.Text.Encoding.ASCII.GetString(c.Data))));
        Assert.Equal("{}\n"u8.ToArray(), Assert.Single(events).Data);
        Assert.Equal(11, (await Store.ReadAsync(db => LogSizes.OfAsync(db, run, default))).Total);
        Assert.Equal(400, LogPart.WhyNot(null, 2)!.StatusCode);
    }

    [Fact]
    public async Task A_follower_gets_every_piece_and_then_the_end()
    {
        var (run, token) = await HeldAsync();
        await AppendAsync(run, token, "stdout", 0, "one"u8.ToArray());
        await using var follower = new EventReader();
        var following = FollowLog.Handle(run, follower.Http, Store.Services.GetRequiredService<IServiceScopeFactory>(), _signal, follower, TimeProvider.System);

        Assert.Equal("ping", (await follower.NextAsync()).Name);
        Assert.Equal("one"u8.ToArray(), (await follower.NextAsync()).As<LogChunkView>().Data);
        await AppendAsync(run, token, "stderr", 0, "two"u8.ToArray());
        var second = await follower.NextAsync();
        Assert.Equal("two"u8.ToArray(), second.As<LogChunkView>().Data);
        Assert.Equal("stderr", second.As<LogChunkView>().Stream);
        await Store.FinishAsync("w1", new FinishItem(run, token, Outcome.Succeeded));

        var end = await follower.NextAsync();
        Assert.Equal(("end", "{\"state\":\"succeeded\"}"), (end.Name, end.Data));
        await following.WaitAsync(Eventually.Deadline);
    }

    private async Task<(Guid Run, long Token)> HeldAsync()
    {
        await Store.AddLaneAsync("shell");
        await Store.AddTaskAsync("shell");
        await Store.AddWorkerAsync("w1", "shell=1");
        var offer = Assert.Single(await Store.AdmitAsync());
        return (offer.RunId, (await Store.ClaimAsync("w1", offer.RunId)).Grant!.FencingToken);
    }

    private Task<IResult> AppendAsync(Guid run, long token, string stream, long offset, byte[] bytes) =>
        AppendAsync(run, token, stream, offset, new MemoryStream(bytes), length: null, default);

    private async Task<IResult> AppendAsync(Guid run, long token, string stream, long offset, Stream body, long? length, CancellationToken ct)
    {
        var http = new DefaultHttpContext { Request = { Body = body, ContentLength = length } };
        var holder = new ClaimsPrincipal(new ClaimsIdentity([new Claim("fencing", $"{token}")], "test"));
        return (await Store.ReadAsync(db => AppendLog.Handle(run, stream, http.Request, holder, db, _signal, Options.Create(_options), ct, offset))).Result;
    }

    private static long Stored(IResult answer) => Assert.IsType<Ok<LogAnswer>>(answer).Value!.NextOffset;

    private Task<byte[]> ReadAsync(Guid run, string stream) => Store.ReadAsync(async db =>
    {
        var sizes = await LogSizes.OfAsync(db, run, default);
        using var whole = new MemoryStream();
        await using var log = new LogStream(db, run, stream, sizes.Of(stream));
        await log.CopyToAsync(whole);
        return whole.ToArray();
    });

    /// <summary>A request's body whose connection is cut after so many bytes.</summary>
    private sealed class CutStream(byte[] bytes, int afterByte, CancellationTokenSource cut) : MemoryStream(bytes)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken ct = default)
        {
            ct.ThrowIfCancellationRequested();
            var read = await base.ReadAsync(buffer.Length > afterByte ? buffer[..afterByte] : buffer, CancellationToken.None);
            if (Position == Length || Position >= afterByte)
                await cut.CancelAsync();
            return read;
        }
    }
}
