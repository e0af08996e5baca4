using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Logs;

/// <summary>Bytes stored of each stream of a run. Chunks join without gap, so a stream's size is where its last chunk ends.</summary>
public sealed record LogSizes(long Out, long Err, long Events)
{
    public long Total => Out + Err + Events;

    public long Of(string stream) => stream switch
    {
        LogStreams.Out => Out,
        LogStreams.Err => Err,
        _ => Events,
    };

    /// <summary>One statement, three steps into the index.</summary>
    public static Task<LogSizes> OfAsync(BoardDbContext db, Guid runId, CancellationToken ct) => db.Runs
        .Where(r => r.CorrelationId == runId)
        .Select(r => new LogSizes(
            db.LogChunks.Where(c => c.RunId == runId && c.Stream == LogStreams.Out).OrderByDescending(c => c.Offset).Select(c => c.Offset + c.Length).FirstOrDefault(),
            db.LogChunks.Where(c => c.RunId == runId && c.Stream == LogStreams.Err).OrderByDescending(c => c.Offset).Select(c => c.Offset + c.Length).FirstOrDefault(),
            db.LogChunks.Where(c => c.RunId == runId && c.Stream == LogStreams.Events).OrderByDescending(c => c.Offset).Select(c => c.Offset + c.Length).FirstOrDefault()))
        .SingleAsync(ct);
}
