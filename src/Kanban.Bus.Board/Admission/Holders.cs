using Kanban.Bus.Board.Pools;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Board.Tasks;
using Kanban.Bus.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Admission;

/// <summary>Who holds what a task waits for, and since when.</summary>
public sealed class Holders(BoardDbContext db)
{
    private const int Looked = 1_000;

    /// <summary>Runs that draw from the cap, the longest at work first; null where no run holds what it waits for.</summary>
    public async Task<List<HolderView>?> OfAsync(KanbanTask task, Wait wait, CancellationToken ct)
    {
        var live = db.Runs.AsNoTracking().Where(r => r.Live);
        live = wait switch
        {
            { Code: WaitCode.NoSlot } => live.Where(r => r.Lane == task.Lane && r.WorkerId != null),
            { Cap: null } or { Until: not null } => null!,
            { Cap: { Kind: CapKind.Global } } => live,
            { Cap: { Kind: CapKind.Lane, Name: var lane } } => live.Where(r => r.Lane == lane),
            { Cap: { Kind: CapKind.Board, Name: var board } } => live.Where(r => r.Board == board),
            { Cap: { Kind: CapKind.Host, Name: var host } } => live.Where(r => r.Host == host || r.WorkerId == null && r.Task.Host == host),
            { Cap: { Name: var pool } } => live.Where(r => ("," + r.Draws).Contains("," + pool + "=")),
        };
        if (live is null)
            return null;
        var now = await db.NowAsync(ct);
        var rows = await live.OrderBy(r => r.StartedAt ?? r.OfferedAt).Take(Looked)
            .Select(r => new { r.TaskKey, r.WorkerId, r.Host, r.Draws, At = r.StartedAt ?? r.OfferedAt, Profile = db.Lanes.Where(l => l.Name == r.Lane).Select(l => l.Profile).First() })
            .ToListAsync(ct);
        var cap = wait.Cap is { Kind: CapKind.Pool } key ? key.Name : null;
        return rows.ConvertAll(r => new HolderView(
            r.TaskKey, r.Profile, r.WorkerId, r.Host, cap is null ? 1 : Draws.Read(r.Draws).GetValueOrDefault(cap), Math.Max(0, Math.Round((now - r.At).TotalSeconds))));
    }
}
