using System.Security.Claims;
using Kanban.Bus.Board.Access;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Board.Tasks;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Runs.Inside;

/// <summary>The run that calls, with its task's row locked and its lease seen live: nothing takes it away before the commit.</summary>
public sealed record Caller(Run Run, KanbanTask Task, Lease Lease, string Actor, DateTimeOffset Now);

/// <summary>The frame around every write of a run (P2): under its task's lock the lease is looked at once more, and a stale run changes nothing.</summary>
public sealed class RunWrites(BoardDbContext db)
{
    private const int Tries = 5;

    public static ProblemHttpResult LeaseLost(string? key = null) => Problems.Conflict(
        "lease-lost", $"This run{(key is null ? "" : " of " + key)} no longer holds its task's lease: another has taken over, or it has ended. Nothing was changed.");

    /// <param name="write">Returns a refusal or a value; a refusal leaves every row as it was.</param>
    public async Task<(T? Value, ProblemHttpResult? Refused)> ApplyAsync<T>(
        ClaimsPrincipal user, Func<Caller, Task<(T? Value, ProblemHttpResult? Refused)>> write, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await db.InTransactionAsync(() => UnderLockAsync(user, write, ct), ct);
            }
            catch (DbUpdateException error) when (attempt < Tries && db.IsDuplicateKey(error))
            {
                // Another request with the same idempotency key came first. Its task is there now.
            }
        }
    }

    /// <summary>Whether the run holds its lease, in a transaction that has locked tasks' rows already; it then holds it until the commit.</summary>
    public static async Task<bool> IsHeldAsync(BoardDbContext db, ClaimsPrincipal user, CancellationToken ct) =>
        (await db.LockLeasesAsync([user.RunId()], ct)).Any(l => l.FencingToken == user.FencingToken());

    private async Task<(T?, ProblemHttpResult?)> UnderLockAsync<T>(ClaimsPrincipal user, Func<Caller, Task<(T?, ProblemHttpResult?)>> write, CancellationToken ct)
    {
        var (runId, token) = (user.RunId(), user.FencingToken());
        var task = (await db.LockTasksAsync([user.TaskId()], ct)).SingleOrDefault();
        var lease = await db.Leases.AsNoTracking().SingleOrDefaultAsync(l => l.RunId == runId && l.FencingToken == token, ct);
        if (task is null || lease is null || task.LiveRunId != runId || task.FencingToken != token)
            return (default, LeaseLost(task?.Key));
        var run = await db.Runs.AsNoTracking().SingleAsync(r => r.CorrelationId == runId, ct);
        var (value, refused) = await write(new Caller(run, task, lease, user.Actor(), await db.NowAsync(ct)));
        if (refused is not null)
            db.ChangeTracker.Clear();
        return (value, refused);
    }
}
