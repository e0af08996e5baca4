using System.Text.Json;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Runs;

/// <summary>Runs as every face shows them.</summary>
public static class RunViews
{
    extension(RunView)
    {
        /// <param name="lease">The run's lease; null when none is live.</param>
        /// <param name="logBytes">Bytes of log stored, all streams.</param>
        public static RunView Of(Run run, Lease? lease, long logBytes) => new(
            run.CorrelationId,
            run.TaskKey,
            run.Number,
            run.Lane,
            run.StateName,
            run.WorkerId,
            run.Host,
            run.FencingToken,
            run.OfferedAt,
            run.StartedAt,
            run.EndedAt,
            lease?.RenewedAt,
            lease?.ExpiresAt,
            run.Reason,
            run.Summary,
            run.ExitCode,
            Parse(run.Metadata),
            Parse(run.Usage),
            run.LateResult,
            logBytes,
            run.Class,
            run.Session);
    }

    /// <summary>Views of many runs with two statements: one for their leases, one for the sizes of their logs.</summary>
    /// <returns>In the order of <paramref name="runs"/>.</returns>
    public static async Task<List<RunView>> ForAsync(BoardDbContext db, IReadOnlyCollection<Run> runs, CancellationToken ct)
    {
        if (runs.Count == 0)
            return [];
        var ids = runs.Select(r => r.CorrelationId).ToArray();
        var leases = await db.Leases.AsNoTracking().Where(l => ids.Contains(l.RunId)).ToDictionaryAsync(l => l.RunId, ct);

        // Chunks of a stream join without gap, so its size is where its last chunk ends: one step into the index per stream.
        var sizes = await db.Runs.Where(r => ids.Contains(r.CorrelationId)).Select(r => new
        {
            r.CorrelationId,
            Out = db.LogChunks.Where(c => c.RunId == r.CorrelationId && c.Stream == LogStreams.Out)
                .OrderByDescending(c => c.Offset).Select(c => c.Offset + c.Length).FirstOrDefault(),
            Err = db.LogChunks.Where(c => c.RunId == r.CorrelationId && c.Stream == LogStreams.Err)
                .OrderByDescending(c => c.Offset).Select(c => c.Offset + c.Length).FirstOrDefault(),
            Events = db.LogChunks.Where(c => c.RunId == r.CorrelationId && c.Stream == LogStreams.Events)
                .OrderByDescending(c => c.Offset).Select(c => c.Offset + c.Length).FirstOrDefault(),
        }).ToDictionaryAsync(r => r.CorrelationId, r => r.Out + r.Err + r.Events, ct);

        return [.. runs.Select(run => RunView.Of(run, leases.GetValueOrDefault(run.CorrelationId), sizes.GetValueOrDefault(run.CorrelationId)))];
    }

    private static JsonElement? Parse(string? json) => json is null ? null : JsonElement.Parse(json);
}
