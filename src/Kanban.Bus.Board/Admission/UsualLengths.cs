using System.Collections.Concurrent;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Admission;

/// <summary>How long nine in ten of a lane's last runs took at most, looked up once a minute for each lane that asks.</summary>
public sealed class UsualLengths
{
    private const int Looked = 5_000;
    private const int LastRuns = 50;

    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, (DateTimeOffset At, TimeSpan? Length)> _known = new();

    /// <returns>Null where none of the newest runs of all lanes was of this one and came to an end of its own.</returns>
    public async Task<TimeSpan?> OfAsync(BoardDbContext db, string lane, DateTimeOffset now, CancellationToken ct)
    {
        if (_known.TryGetValue(lane, out var known) && now - known.At < Fresh && now >= known.At)
            return known.Length;
        string[] ends = [nameof(RunState.Succeeded), nameof(RunState.Failed)];
        // Ids rise with time: the newest runs are found without going through the history.
        var last = await db.Runs.AsNoTracking().OrderByDescending(r => r.CorrelationId).Take(Looked)
            .Where(r => r.Lane == lane && ends.Contains(r.State) && r.StartedAt != null && r.EndedAt != null)
            .OrderByDescending(r => r.CorrelationId).Take(LastRuns).Select(r => new { r.StartedAt, r.EndedAt }).ToListAsync(ct);
        var sorted = last.Select(r => r.EndedAt!.Value - r.StartedAt!.Value).Order().ToList();
        var length = sorted.Count == 0 ? (TimeSpan?)null : sorted[(sorted.Count * 9 - 1) / 10];
        _known[lane] = (now, length);
        return length;
    }
}
