using System.Security.Claims;
using Kanban.Bus.Board.Access;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Kanban.Bus.Board.Logs;

/// <summary>
/// POST /runs/{runId}/log/{stream}?offset=N — 200 stored, or stored before; 409 it starts beyond what the board has (the answer says where to go on),
/// or the lease is gone; 413 the piece, or the run's whole log, is too long.
/// </summary>
public static class AppendLog
{
    public static void Map(RouteGroupBuilder api) => api.MapPost("/runs/{runId:guid}/log/{stream}", Handle)
        .RequireAuthorization(Policies.RunHolder)
        .WithName("AppendLog").WithSummary("A run's worker uploads the next piece of its output.").WithTags("Runs")
        .Accepts<Stream>("application/octet-stream")
        // One byte more than allowed reaches the handler, which answers in our own words.
        .WithMetadata(new RequestSizeLimitAttribute(2 * Limits.LogChunkBytes));

    internal static async Task<Results<Ok<LogAnswer>, Conflict<LogAnswer>, ProblemHttpResult>> Handle(
        Guid runId, string stream, HttpRequest request, ClaimsPrincipal user, BoardDbContext db, LogSignal signal,
        IOptions<LogOptions> options, CancellationToken ct, long offset = 0)
    {
        if (!LogStreams.All.Contains(stream))
            return Problems.NotFound("stream", stream, Nearest.To(stream, LogStreams.All));
        if (offset < 0)
            return Problems.Invalid("offset", $"'offset' is {offset}; allowed is 0 and up.");
        if (await ReadAsync(request, ct) is not { } piece)
            return Problems.TooLarge("", $"A piece of a log has at most {Limits.LogChunkBytes} bytes. Send it in smaller pieces.");

        // What has come whole is stored, also when its sender has been cut off by now: stopping a statement costs the database more than the statement, and the sender would come again.
        return await StoreAsync(runId, stream, offset, piece, user, db, signal, options.Value, CancellationToken.None);
    }

    private static async Task<Results<Ok<LogAnswer>, Conflict<LogAnswer>, ProblemHttpResult>> StoreAsync(
        Guid runId, string stream, long offset, byte[] piece, ClaimsPrincipal user, BoardDbContext db, LogSignal signal, LogOptions options, CancellationToken ct)
    {
        // Nearly every piece begins where its stream ends: then one statement does it all.
        if (piece.Length > 0 && await AppendAsync(db, runId, stream, offset, piece, user, options, signal, ct))
            return TypedResults.Ok(new LogAnswer(stream, offset + piece.Length));
        while (true)
        {
            var sizes = await LogSizes.OfAsync(db, runId, ct);
            var have = sizes.Of(stream);
            if (offset > have)
                return TypedResults.Conflict(new LogAnswer(stream, have));
            var fresh = offset + piece.Length - have;
            if (fresh <= 0)
                return TypedResults.Ok(new LogAnswer(stream, have));
            if (sizes.Total + fresh > options.MaxBytesPerRun)
                return Problems.TooLarge("", $"The log of this run would pass {options.MaxBytesPerRun} bytes (Logs:MaxBytesPerRun); the board keeps what it has, {sizes.Total} bytes.");

            if (await AppendAsync(db, runId, stream, have, piece[^(int)fresh..], user, options, signal, ct))
                return TypedResults.Ok(new LogAnswer(stream, have + fresh));
            var token = user.FencingToken();
            if (!await db.Leases.AnyAsync(l => l.RunId == runId && l.FencingToken == token, ct))
                return Problems.Conflict("lease-lost", "The run no longer holds its lease; its log takes nothing more.");
            // Another upload of the same piece was faster: look again at what is there.
        }
    }

    private static async Task<bool> AppendAsync(
        BoardDbContext db, Guid runId, string stream, long offset, byte[] piece, ClaimsPrincipal user, LogOptions options, LogSignal signal, CancellationToken ct)
    {
        var chunk = new LogChunk { RunId = runId, Stream = stream, Offset = offset, Length = piece.Length, Data = piece };
        if (!await db.AppendLogAsync(chunk, user.FencingToken(), options.MaxBytesPerRun, ct))
            return false;
        signal.Ring(runId);
        return true;
    }

    /// <returns>Null when there is more than one piece may have.</returns>
    private static async Task<byte[]?> ReadAsync(HttpRequest request, CancellationToken ct)
    {
        if (request.ContentLength > Limits.LogChunkBytes)
            return null;
        if (request.ContentLength is { } length)
        {
            var whole = GC.AllocateUninitializedArray<byte>((int)length);
            await request.Body.ReadExactlyAsync(whole, ct);
            return whole;
        }

        using var piece = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await request.Body.ReadAsync(buffer, ct)) > 0)
        {
            piece.Write(buffer, 0, read);
            if (piece.Length > Limits.LogChunkBytes)
                return null;
        }
        return piece.ToArray();
    }
}
