using System.Security.Claims;
using Kanban.Bus.Board.Access;
using Kanban.Bus.Board.Admission;
using Kanban.Bus.Board.Artifacts;
using Kanban.Bus.Board.Events;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Pools;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Board.Tasks;
using Kanban.Bus.Board.Windows;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Lanes;

/// <summary>PATCH /lanes/{name}, a JSON merge patch — 200, 400, 404. Runs that are held go on under what they were granted.</summary>
public static class EditLaneEndpoint
{
    public static void Map(RouteGroupBuilder lanes) => lanes.MapPatch("/{name}", Handle)
        .WithName("EditLane").WithSummary("Change a lane: what is absent stays, null clears a cap or limit and gives the rest its default.")
        .ProducesProblem(400).ProducesProblem(404);

    internal static async Task<Results<Ok<LaneView>, ProblemHttpResult>> Handle(
        string name, MergePatch<EditLane> patch, BoardDbContext db, AdmissionPass pass, LaneViews views, ClaimsPrincipal user, CancellationToken ct)
    {
        if (LaneRules.WhyNot(patch.Value) is { } invalid)
            return invalid;
        if (Reasons.WhyNot(patch.Value.Reason) is { } unsaid)
            return unsaid;
        if (await KnownPools.WhyNotAsync(db, patch.Value.Draws, ct) is { } unknown)
            return unknown;
        if (await ChildLanes.UnknownAsync(db, name, patch.Value.ChildLanes, ct) is { } noLane)
            return noLane;
        var lane = await db.InTransactionAsync(() => EditAsync(db, pass, name, patch, user.Actor(), ct), ct);
        return lane is null ? await ShowLanes.NoLaneAsync(db, name, ct) : TypedResults.Ok(await views.OfAsync(lane, ct));
    }

    private static async Task<Lane?> EditAsync(BoardDbContext db, AdmissionPass pass, string name, MergePatch<EditLane> patch, string actor, CancellationToken ct)
    {
        // Caps are read and spent under this lock: from the commit on, nothing is admitted by the old one (P3).
        await db.LockAsync(BoardLock.Admission, ct);
        if (await db.Lanes.SingleOrDefaultAsync(l => l.Name == name, ct) is not { } lane)
            return null;
        var changes = Apply(lane, patch);
        if (changes.Any)
            db.Events.Add(BoardEvent.OfLane(EventTypes.LaneEdited, name, actor, await db.NowAsync(ct), changes.Because(patch.Value.Reason)));
        await pass.WithdrawExcessAsync(actor, ct);
        return lane;
    }

    internal static Changes Apply(Lane lane, MergePatch<EditLane> patch)
    {
        var (edit, fresh, changes) = (patch.Value, new Lane { Name = lane.Name }, new Changes());
        if (patch.Has(nameof(edit.MaxActive)))
            changes.Set("maxActive", lane.MaxActive, edit.MaxActive, value => lane.MaxActive = value);
        if (patch.Has(nameof(edit.Profile)))
            changes.Set("profile", lane.Profile, edit.Profile ?? fresh.Profile, value => lane.Profile = value);
        if (patch.Has(nameof(edit.Retry)))
            changes.Set("retry", lane.Retry, edit.Retry ?? fresh.Retry, value => lane.Retry = value);
        if (patch.Has(nameof(edit.MaxAttempts)))
            changes.Set("maxAttempts", lane.MaxAttempts, edit.MaxAttempts ?? fresh.MaxAttempts, value => lane.MaxAttempts = value);
        if (patch.Has(nameof(edit.BackoffSeconds)))
            changes.Set("backoffSeconds", lane.BackoffSeconds, edit.BackoffSeconds ?? fresh.BackoffSeconds, value => lane.BackoffSeconds = value);
        if (patch.Has(nameof(edit.MaxRuntimeSeconds)))
            changes.Set("maxRuntimeSeconds", lane.MaxRuntimeSeconds, edit.MaxRuntimeSeconds, value => lane.MaxRuntimeSeconds = value);
        if (patch.Has(nameof(edit.SilenceSeconds)))
            changes.Set("silenceSeconds", lane.SilenceSeconds, edit.SilenceSeconds, value => lane.SilenceSeconds = value);
        if (patch.Has(nameof(edit.GraceSeconds)))
            changes.Set("graceSeconds", lane.GraceSeconds, edit.GraceSeconds ?? fresh.GraceSeconds, value => lane.GraceSeconds = value);
        if (patch.Has(nameof(edit.OnDisconnect)))
            changes.Set("onDisconnect", lane.OnDisconnect, edit.OnDisconnect ?? fresh.OnDisconnect, value => lane.OnDisconnect = value);
        if (patch.Has(nameof(edit.Workspace)))
            changes.Set("workspace", lane.Workspace, edit.Workspace, value => lane.Workspace = value);
        if (patch.Has(nameof(edit.Draws)))
            changes.Set("draws", lane.Draws, Draws.Patch(lane.Draws, edit.Draws), value => lane.Draws = value);
        if (patch.Has(nameof(edit.Artifacts)))
            changes.Set("artifacts", lane.Artifacts, ArtifactRules.Join(edit.Artifacts), value => lane.Artifacts = value);
        if (patch.Has(nameof(edit.ChildLanes)))
            changes.Set("childLanes", lane.ChildLanes, ChildLanes.Join(edit.ChildLanes), value => lane.ChildLanes = value);
        if (patch.Has(nameof(edit.Retries)))
            changes.Set("retries", lane.Retries, RetryRules.Patch(lane.Retries, edit.Retries), value => lane.Retries = value);
        if (patch.Has(nameof(edit.RetryPercent)))
            changes.Set("retryPercent", lane.RetryPercent, edit.RetryPercent ?? fresh.RetryPercent, value => lane.RetryPercent = value);
        if (patch.Has(nameof(edit.RetriesPerMinute)))
            changes.Set("retriesPerMinute", lane.RetriesPerMinute, edit.RetriesPerMinute ?? fresh.RetriesPerMinute, value => lane.RetriesPerMinute = value);
        if (patch.Has(nameof(edit.MaxRunsPerDay)))
            changes.Set("maxRunsPerDay", lane.MaxRunsPerDay, edit.MaxRunsPerDay ?? fresh.MaxRunsPerDay, value => lane.MaxRunsPerDay = value);
        if (patch.Has(nameof(edit.BreakerTasks)))
            changes.Set("breakerTasks", lane.BreakerTasks, edit.BreakerTasks ?? fresh.BreakerTasks, value => lane.BreakerTasks = value);
        if (patch.Has(nameof(edit.BreakerSeconds)))
            changes.Set("breakerSeconds", lane.BreakerSeconds, edit.BreakerSeconds ?? fresh.BreakerSeconds, value => lane.BreakerSeconds = value);
        if (patch.Has(nameof(edit.BreakerCoolDownSeconds)))
            changes.Set("breakerCoolDownSeconds", lane.BreakerCoolDownSeconds, edit.BreakerCoolDownSeconds ?? fresh.BreakerCoolDownSeconds, value => lane.BreakerCoolDownSeconds = value);
        if (patch.Has(nameof(edit.Windows)))
            changes.Set("windows", lane.Windows, WindowRules.Column(edit.Windows), value => lane.Windows = value);
        if (patch.Has(nameof(edit.HoldBeforeClose)))
            changes.Set("holdBeforeClose", lane.HoldBeforeClose, edit.HoldBeforeClose ?? fresh.HoldBeforeClose, value => lane.HoldBeforeClose = value);
        return changes;
    }
}
