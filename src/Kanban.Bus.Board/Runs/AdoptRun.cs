using System.Security.Claims;
using Kanban.Bus.Board.Events;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Board.Tasks;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Runs;

/// <summary>POST /runs/{runId}/adopt — 200 its late result ended the task; 400, 404, 409 nothing to adopt, or the task runs, is done or archived.</summary>
public static class AdoptRun
{
    public static void Map(RouteGroupBuilder api) => api.MapPost("/runs/{runId:guid}/adopt", Handle)
        .WithTags("Runs").WithName("AdoptRun").WithSummary("End a task with a result that came after the run had lost its lease.")
        .ProducesProblem(400).ProducesProblem(404).ProducesProblem(409);

    internal static async Task<Results<Ok<TaskView>, ProblemHttpResult>> Handle(
        Guid runId, WithReason? request, BoardDbContext db, TaskChanges changes, ClaimsPrincipal user, CancellationToken ct)
    {
        if (Reasons.WhyNot(request?.Reason) is { } invalid)
            return invalid;
        var key = await db.Runs.Where(r => r.CorrelationId == runId).Select(r => r.TaskKey).SingleOrDefaultAsync(ct);
        return key is null
            ? Problems.NotFound("run", runId.ToString())
            : await changes.ApplyAsync(key, user, change => AdoptAsync(change, runId, Reasons.Of(request)), ct);
    }

    private static async Task<ProblemHttpResult?> AdoptAsync(TaskChange change, Guid runId, string? reason)
    {
        // Its task's row is locked, so no other adoption and no claim is under way.
        var run = await change.Db.Runs.SingleAsync(r => r.CorrelationId == runId, change.Ct);
        if (run.WhyNotAdopt() is { } refusal)
            return TaskChange.Refuse(refusal);
        var late = run.Adopt(change.Actor, change.Now);
        change.Db.Events.Add(BoardEvent.Of(EventTypes.RunAdopted, run, change.Actor, change.Now,
            new { outcome = late.Outcome, attempt = run.Number, token = late.FencingToken, reason }));
        await change.EnterAsync(late.Outcome is Outcome.Review ? Status.Review : Status.Done, reason);
        return null;
    }
}
