using System.Security.Claims;
using Kanban.Bus.Board.Access;
using Kanban.Bus.Board.Admission;
using Kanban.Bus.Board.Events;
using Kanban.Bus.Board.Gateways;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Board.Tasks;
using Kanban.Bus.Board.Windows;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Pools;

/// <summary>PATCH /pools/{pool}, a JSON merge patch — 200, 400, 404, 412 If-Match names another version. It holds from its commit on, on every replica.</summary>
public static class EditPoolEndpoint
{
    public static void Map(RouteGroupBuilder pools) => pools.MapPatch("/{pool}", Handle)
        .WithName("EditPool").WithSummary("Change a pool: what is absent stays, null clears. Nothing running is ended by a lower cap; nothing new starts until it is under.")
        .ProducesProblem(400).ProducesProblem(404).ProducesProblem(412);

    internal static async Task<Results<Ok<PoolView>, ProblemHttpResult>> Handle(
        string pool, MergePatch<EditPool> patch, [FromHeader(Name = "If-Match")] string? ifMatch,
        BoardDbContext db, AdmissionPass pass, PoolViews views, GatewaySignal gateways, ClaimsPrincipal user, CancellationToken ct)
    {
        if (PoolRules.Units("/profiles", "profiles", patch.Value.Profiles).Concat(WindowRules.Faults(patch.Value.Windows)).ToList() is { Count: > 0 } faults)
            return Problems.Invalid(faults);
        if (Reasons.WhyNot(patch.Value.Reason) is { } invalid)
            return invalid;
        var (edited, refused) = await db.InTransactionAsync(() => EditAsync(db, pass, pool, patch, ifMatch, user.Actor(), ct), ct);
        if (edited?.Gateway is not null)
            gateways.Wake();
        return refused ?? (edited is null ? await ShowPools.NoPoolAsync(db, pool, ct) : TypedResults.Ok(await views.OfAsync(edited, ct)));
    }

    private static async Task<(Pool?, Results<Ok<PoolView>, ProblemHttpResult>?)> EditAsync(
        BoardDbContext db, AdmissionPass pass, string name, MergePatch<EditPool> patch, string? ifMatch, string actor, CancellationToken ct)
    {
        // Caps are read and spent under this lock: from the commit on, nothing is admitted by the old one (P3).
        await db.LockAsync(BoardLock.Admission, ct);
        if (await db.Pools.SingleOrDefaultAsync(p => p.Name == name, ct) is not { } pool)
            return (null, null);
        if (!ETags.Allows(ifMatch, pool.Version))
            return (null, Problems.PreconditionFailed($"Pool {name} has changed since: its version is {pool.Version}, If-Match names {ifMatch}."));
        if (GatewayEdits.WhyNot(pool, patch.Value, patch.Has(nameof(EditPool.Probe))).ToList() is { Count: > 0 } faults)
            return (null, Problems.Invalid(faults));
        var now = await db.NowAsync(ct);
        var changes = Apply(pool, patch, now);
        if (PoolRules.WhyNot(pool) is { } invalid)
        {
            db.ChangeTracker.Clear();
            return (null, invalid);
        }

        if (changes.Any)
        {
            pool.Version++;
            db.Events.Add(BoardEvent.OfPool(EventTypes.PoolEdited, name, actor, now, changes.Because(patch.Value.Reason)));
            await pass.WithdrawExcessAsync(actor, ct);
        }

        return (pool, null);
    }

    private static Changes Apply(Pool pool, MergePatch<EditPool> patch, DateTimeOffset now)
    {
        var (edit, changes) = (patch.Value, new Changes());
        if (patch.Has(nameof(edit.Capacity)))
            changes.Set("capacity", pool.Capacity, edit.Capacity ?? (pool.Kind is PoolKind.Gateway ? Pool.DefaultGatewayCapacity : null), value => pool.Capacity = value);
        if (patch.Has(nameof(edit.Floor)))
            changes.Set("floor", pool.Floor, edit.Floor, value => pool.Floor = value);
        if (patch.Has(nameof(edit.Ceiling)))
            changes.Set("ceiling", pool.Ceiling, edit.Ceiling, value => pool.Ceiling = value);
        if (patch.Has(nameof(edit.Profiles)))
            changes.Set("profiles", pool.Profiles, Draws.Patch(pool.Profiles, edit.Profiles), value => pool.Profiles = value);
        if (patch.Has(nameof(edit.Windows)))
            changes.Set("windows", pool.Windows, WindowRules.Column(edit.Windows), value => pool.Windows = value);
        if (patch.Has(nameof(edit.Note)))
            changes.Set("note", pool.Note, edit.Note, value => pool.Note = value);
        GatewayEdits.Apply(pool, patch, changes, now);
        return changes;
    }
}
