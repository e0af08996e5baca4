using Kanban.Bus.Board.Storage;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Logs;

/// <summary>The streams that a run writes.</summary>
public static class LogStreams
{
    public const string Out = "stdout";
    public const string Err = "stderr";
    public static readonly string[] All = [Out, Err];
}

/// <summary>Bytes stored of each stream of a run. Chunks join without gap, so a stream's size is where its last chunk ends.</summary>
public sealed record LogSizes(long Out, long Err)
{
    public long Total => Out + Err;

    public long Of(string stream) => stream == LogStreams.Out ? Out : Err;

    /// <summary>One statement, two steps into the index.</summary>
    public static Task<LogSizes> OfAsync(BoardDbContext db, Guid runId, CancellationToken ct) => db.Runs
        .Where(r => r.CorrelationId == runId)
        .Select(r => new LogSizes(
            db.LogChunks.Where(c => c.RunId == runId && c.Stream == LogStreams.Out).OrderByDescending(c => c.Offset).Select(c => c.Offset + c.Length).FirstOrDefault(),
            db.LogChunks.Where(c => c.RunId == runId && c.Stream == LogStreams.Err).OrderByDescending(c => c.Offset).Select(c => c.Offset + c.Length).FirstOrDefault()))
        .SingleAsync(ct);
}
