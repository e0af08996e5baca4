using System.Globalization;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Logs;

/// <summary>
/// GET /runs/{id}/log?stream= — 200 the bytes as the run wrote them, 206 a range of them.
/// GET /runs/{id}/log/chunks — 200 a page of its streams, or of one from a byte on, in the order the board received them.
/// </summary>
public static class ReadLog
{
    /// <summary>Bytes of log in one page; the first chunk of a page goes whatever its size.</summary>
    private const int PageBytes = 1024 * 1024;

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/runs/{id:guid}/log", HandleRaw).WithName("GetRunLog").WithSummary("One stream of a run's log, byte for byte.").WithTags("Runs")
            .Produces(200, contentType: "application/octet-stream").Takes("stream");
        api.MapGet("/runs/{id:guid}/log/chunks", HandleChunks).WithName("ListRunLogChunks").WithSummary("A run's log in the order it arrived.").WithTags("Runs")
            .Takes("after", "limit", "stream", "offset");
    }

    internal static async Task<Results<FileStreamHttpResult, ProblemHttpResult>> HandleRaw(
        Guid id, BoardDbContext db, HttpResponse response, CancellationToken ct, string stream = LogStreams.Out)
    {
        if (!LogStreams.All.Contains(stream))
            return Problems.Unknown("stream", "stream", stream, Nearest.To(stream, LogStreams.All));
        if (!await db.Runs.AnyAsync(r => r.CorrelationId == id, ct))
            return Problems.NotFound("run", id.ToString());
        var sizes = await LogSizes.OfAsync(db, id, ct);
        // A log is text of somebody's own: no browser may take it for a page.
        response.Headers.ContentDisposition = $"attachment; filename=\"{id:N}.{stream}.log\"";
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.CacheControl = "no-store";
        return TypedResults.Stream(new LogStream(db, id, stream, sizes.Of(stream)), "application/octet-stream", enableRangeProcessing: true);
    }

    internal static async Task<Results<Ok<Page<LogChunkView>>, ProblemHttpResult>> HandleChunks(
        Guid id, BoardDbContext db, CancellationToken ct, long after = 0, int limit = Limits.DefaultPageSize, string? stream = null, long offset = 0)
    {
        if (LogPart.WhyNot(stream, offset) is { } invalid)
            return invalid;
        if (limit is < 1 or > Limits.PageSize)
            return Problems.Invalid("limit", $"'limit' is {limit}; allowed is 1 to {Limits.PageSize}.");
        if (!await db.Runs.AnyAsync(r => r.CorrelationId == id, ct))
            return Problems.NotFound("run", id.ToString());
        var (chunks, more) = await PageAsync(db, id, after, limit, ct, new LogPart(stream, offset));
        return TypedResults.Ok(new Page<LogChunkView>(chunks, more ? chunks[^1].Id.ToString(CultureInfo.InvariantCulture) : null));
    }

    /// <summary>The next chunks, bounded by number and by bytes: their sizes are read before their data.</summary>
    internal static async Task<(List<LogChunkView> Chunks, bool More)> PageAsync(BoardDbContext db, Guid runId, long after, int limit, CancellationToken ct, LogPart part = default)
    {
        var wanted = part.Of(db.LogChunks.AsNoTracking().Where(c => c.RunId == runId));
        var sizes = await wanted.Where(c => c.Id > after).OrderBy(c => c.Id).Take(limit + 1)
            .Select(c => new { c.Id, c.Length }).ToListAsync(ct);
        if (sizes.Count == 0)
            return ([], false);
        var (count, bytes) = (1, (long)sizes[0].Length);
        while (count < Math.Min(limit, sizes.Count) && (bytes += sizes[count].Length) <= PageBytes)
            count++;
        var last = sizes[count - 1].Id;
        var chunks = await wanted.Where(c => c.Id > after && c.Id <= last).OrderBy(c => c.Id)
            .Select(c => new LogChunkView(c.Id, c.Stream, c.Offset, c.Data, c.At)).ToListAsync(ct);
        return ([.. chunks.Select(part.Cut)], count < sizes.Count);
    }
}
