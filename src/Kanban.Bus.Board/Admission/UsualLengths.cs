using System.Collections.Concurrent;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Admission;

/// <summary>How long a lane's last runs took that came to an end of their own.</summary>
/// <param name="NineInTen">So many of them took no longer.</param>
public sealed record UsualLength(TimeSpan Median, TimeSpan NineInTen);

/// <summary>How long runs of each lane take, looked up once a minute for each lane that asks.</summary>
public sealed class UsualLengths
{
    private const int Looked = 5_000;
    private const int LastRuns = 50;

    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);

    /// <summary>A lane without any has its first soon.</summary>
    private static readonly TimeSpan FreshNone = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, (DateTimeOffset At, UsualLength? Length)> _known = new();

    /// <returns>Null where none of the newest runs of all lanes was of this one and came to an end of its own.</returns>
    public async Task<UsualLength?> OfAsync(BoardDbContext db, string lane, DateTimeOffset now, CancellationToken ct)
    {
        if (_known.TryGetValue(lane, out var known) && now >= known.At && now - known.At < (known.Length is null ? FreshNone : Fresh))
            return known.Length;
        string[] ends = [nameof(RunState.Succeeded), nameof(RunState.Failed)];
        // Ids rise with time: the newest runs are found without going through the history.
        var last = await db.Runs.AsNoTracking().OrderByDescending(r => r.CorrelationId).Take(Looked)
            .Where(r => r.Lane == lane && ends.Contains(r.State) && r.StartedAt != null && r.EndedAt != null)
            .OrderByDescending(r => r.CorrelationId).Take(LastRuns).Select(r => new { r.StartedAt, r.EndedAt }).ToListAsync(ct);
        var sorted = last.Select(r => r.EndedAt!.Value - r.StartedAt!.Value).Order().ToList();
        var length = sorted.Count == 0 ? null : new UsualLength(sorted[sorted.Count / 2], sorted[(sorted.Count * 9 - 1) / 10]);
        _known[lane] = (now, length);
        return length;
    }
}
