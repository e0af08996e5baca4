using System.Text.Json;
using Kanban.Bus.Board.Runs.Inside;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Runs;

/// <summary>The sessions of agents: kept as soon as a worker knows them, and given to the next run of the task on the same worker.</summary>
internal static class AgentSessions
{
    /// <summary>What this run may go on with: the session of the run before it, where that was with the same worker. One that ended without a session says that none is left.</summary>
    /// <param name="earlier">Runs of the task that have ended, oldest first.</param>
    public static string? For(Run run, IEnumerable<Run> earlier) =>
        earlier.LastOrDefault(r => r.WorkerId is not null && r.Number < run.Number) is { } last && last.WorkerId == run.WorkerId && last.Lane == run.Lane ? last.Session : null;

    /// <summary>From a heartbeat: only of runs that the worker holds.</summary>
    public static Task KeepAsync(this BoardDbContext db, string workerId, IReadOnlyList<RunProgress> progress, CancellationToken ct) => db.InTransactionAsync(async () =>
    {
        var told = progress.ToDictionary(p => p.RunId);
        var (runs, now) = await db.LockRunsAsync(told.Keys, ct, maybeBack: false);
        foreach (var run in runs)
        {
            var said = told[run.CorrelationId];
            if (run.WorkerId != workerId || !run.IsHeldWith(said.FencingToken))
                continue;
            run.Session = Bounded(said.Session) ?? run.Session;
            if (said.Heard is { Count: > 0 } heard)
                await db.MarkSeenAsync(await db.Unseen(run.TaskId, run.CorrelationId).Where(c => heard.Contains(c.Id)).AsNoTracking().ToListAsync(ct), run.Task, run.CorrelationId, run.Actor, now, ct);
            run.Usage = said.Usage is { } used ? JsonSerializer.Serialize(used, Json.Client) : run.Usage;
        }
    }, ct);

    public static string? Bounded(string? session) => session is { Length: > 0 and <= Limits.SessionLength } && !session.Contains('\0') ? session : null;
}
