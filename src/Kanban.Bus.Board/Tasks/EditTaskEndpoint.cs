using System.Security.Claims;
using Kanban.Bus.Board.Artifacts;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Pools;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Tasks;

/// <summary>PATCH /tasks/{key}, a JSON merge patch — 200, 400, 404, 409 its state refuses the change, 412 If-Match names another version, 413.</summary>
public static class EditTaskEndpoint
{
    public static void Map(RouteGroupBuilder tasks) => tasks.MapPatch("/{key}", Handle)
        .WithName("EditTask").WithSummary("Change fields of a task: what is absent stays, null clears.")
        .ProducesProblem(400).ProducesProblem(404).ProducesProblem(409).ProducesProblem(412).ProducesProblem(413);

    internal static async Task<Results<Ok<TaskView>, ProblemHttpResult>> Handle(
        string key, MergePatch<EditTask> patch, [FromHeader(Name = "If-Match")] string? ifMatch,
        BoardDbContext db, TaskChanges changes, ClaimsPrincipal user, CancellationToken ct)
    {
        if (WhyNot(patch) is { } invalid)
            return invalid;
        if (await UnknownNameAsync(db, patch.Value, ct) is { } unknown)
            return unknown;
        return await changes.ApplyAsync(key, user, async change =>
        {
            if (!ETags.Allows(ifMatch, change.Task.Version))
                return Problems.PreconditionFailed($"Task {key} has changed since: its version is {change.Task.Version}, If-Match names {ifMatch}.");
            return await EditAsync(change, patch);
        }, ct);
    }

    internal static ProblemHttpResult? WhyNot(MergePatch<EditTask> patch)
    {
        var edit = patch.Value;
        if (TaskRules.IsTooLarge(edit.Body, out var bytes))
            return Problems.TooLarge("/body", $"'body' has {bytes} bytes of UTF-8; at most {Limits.BodyBytes} are allowed.");
        List<ProblemError> faults =
        [
            .. patch.Has(nameof(edit.Title)) ? TaskRules.Title("/title", edit.Title) : [],
            .. TaskRules.Prose("/body", "body", edit.Body),
            .. TaskRules.Prose("/acceptance", "acceptance", edit.Acceptance, Limits.AcceptanceLength),
            .. TaskRules.Name("/lane", "lane", edit.Lane),
            .. TaskRules.Name("/host", "host", edit.Host),
            .. TaskRules.Needs("/needs", edit.Needs),
            .. TaskRules.Labels("/labels", edit.Labels),
            .. TaskRules.Range("/priority", "priority", edit.Priority, Limits.MinPriority, Limits.MaxPriority),
            .. TaskRules.Range("/maxRuntimeSeconds", "maxRuntimeSeconds", edit.MaxRuntimeSeconds, 1, TaskRules.MaxRuntimeSeconds),
            .. TaskRules.Time("/notBefore", "notBefore", edit.NotBefore),
            .. TaskRules.Time("/due", "due", edit.Due),
            .. WorkspaceRules.Faults("/workspace", edit.Workspace),
            .. PoolRules.Units("/draws", "draws", edit.Draws),
            .. ArtifactRules.Patterns("/artifacts", edit.Artifacts),
        ];
        return faults.Count > 0 ? Problems.Invalid(faults) : null;
    }

    private static async Task<ProblemHttpResult?> UnknownNameAsync(BoardDbContext db, EditTask edit, CancellationToken ct)
    {
        if (edit.Lane is { } lane && await db.Lanes.Select(l => l.Name).ToListAsync(ct) is var lanes && !lanes.Contains(lane))
            return Problems.Unknown("/lane", "lane", lane, Nearest.To(lane, lanes));
        if (await KnownPools.WhyNotAsync(db, edit.Draws, ct) is { } noPool)
            return noPool;
        return await KnownCapabilities.MisspeltAsync(db, edit.Needs ?? [], ct) is var (given, meant)
            ? Problems.Unknown("/needs", "capability", given, meant)
            : null;
    }

    private static async Task<ProblemHttpResult?> EditAsync(TaskChange change, MergePatch<EditTask> patch)
    {
        var task = change.Task;
        if (task.Archived)
            return TaskChange.Refuse($"Task {task.Key} is archived: restore it first.");
        var edits = new TaskEdits(task, patch);
        if (edits.WhyNot() is { } refusal)
            return TaskChange.Refuse(refusal);
        if (edits.Changes.Count == 0)
            return null;

        // An offer names a queue, and the queue a lane, a host and capabilities, and it holds what it draws: with another of them the offer is no longer true.
        if (edits.MovesOffer)
            await change.WithdrawAsync($"{task.Key} was edited by {change.Actor}");
        edits.Apply(change.Now);
        change.Note(EventTypes.TaskEdited, edits.Changes);
        if (edits.MovesTime)
            await change.SettleAsync();
        return null;
    }
}
