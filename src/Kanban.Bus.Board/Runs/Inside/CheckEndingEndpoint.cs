using System.Security.Claims;
using Kanban.Bus.Board.Access;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Board.Tasks;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Runs.Inside;

/// <summary>
/// POST /runs/{runId}/ending — 200 the lease is live and every claimed child is one; 409 <c>lease-lost</c>, or <c>phantom-tasks</c> with their names.
/// Nothing is stored: how the run ends is told by its worker, once its processes are dead.
/// </summary>
internal static class CheckEndingEndpoint
{
    private const int MostKeys = 1_000;

    public static void Map(RouteGroupBuilder runs) => runs.MapPost("/ending", Handle)
        .WithName("CheckEnding").WithSummary("A run asks, before it says how it ends, whether its lease is live and the children it claims are its own.")
        .ProducesProblem(400).ProducesProblem(409);

    internal static async Task<Results<Ok<RunLease>, ProblemHttpResult>> Handle(
        Guid runId, CheckEnding request, ClaimsPrincipal user, BoardDbContext db, CancellationToken ct)
    {
        var claimed = (request.Created ?? []).Distinct().ToList();
        if (claimed.Count > MostKeys)
            return Problems.Invalid("/created", $"'created' names {claimed.Count} tasks; at most {MostKeys} are allowed.");
        if (await ShowLease.ReadAsync(db, runId, user.FencingToken(), ct) is not { } lease)
            return RunWrites.LeaseLost();
        var phantoms = await PhantomsAsync(db, lease.TaskKey, claimed, ct);
        return phantoms.Count == 0
            ? TypedResults.Ok(lease)
            : Problems.Of(409, "phantom-tasks",
                $"{string.Join("; ", phantoms.Select(p => p.Detail))}. Claim the tasks that runs of {lease.TaskKey} made, or none.", phantoms);
    }

    private static async Task<List<ProblemError>> PhantomsAsync(BoardDbContext db, string taskKey, List<string> claimed, CancellationToken ct)
    {
        var ids = await db.FindTaskIdsAsync(claimed, ct);
        var found = ids.Values.ToList();
        var makers = await db.Tasks.Where(t => found.Contains(t.Id)).Select(t => new { t.Id, t.CreatedBy }).ToDictionaryAsync(t => t.Id, t => t.CreatedBy, ct);
        var phantoms = new List<ProblemError>();
        foreach (var key in claimed)
            if (!ids.TryGetValue(key, out var id))
                phantoms.Add(new("/created", $"there is no task '{TaskRules.Shown(key)}'"));
            else if (!makers[id].StartsWith($"run:{taskKey}/", StringComparison.Ordinal))
                phantoms.Add(new("/created", $"{key} was made by {makers[id]}"));
        return phantoms;
    }
}
