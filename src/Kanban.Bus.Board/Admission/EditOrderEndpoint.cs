using System.Security.Claims;
using Kanban.Bus.Board.Access;
using Kanban.Bus.Board.Events;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Board.Tasks;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Kanban.Bus.Board.Admission;

/// <summary>PATCH /order, a JSON merge patch — 200, 400. A weight holds from its commit on, on every replica.</summary>
internal static class EditOrderEndpoint
{
    private const int MaxWeight = 1_000;
    private const int MaxWeights = 1_000;
    private const int KeyLength = 200;

    public static void Map(RouteGroupBuilder api) => api.MapPatch("/order", Handle)
        .WithTags("Order").WithName("EditOrder").WithSummary("Change the weights of fair keys: what is absent stays, null is 1 again.")
        .ProducesProblem(400);

    internal static async Task<Results<Ok<OrderView>, ProblemHttpResult>> Handle(
        MergePatch<EditOrder> patch, BoardDbContext db, SnapshotReader snapshots, PassTimes passes, IOptions<AdmissionOptions> options, ClaimsPrincipal user, CancellationToken ct)
    {
        if (Faults(patch.Value).ToList() is { Count: > 0 } faults)
            return Problems.Invalid(faults);
        if (Reasons.WhyNot(patch.Value.Reason) is { } unsaid)
            return unsaid;
        if (patch.Has(nameof(EditOrder.Weights)))
            await db.InTransactionAsync(() => EditAsync(db, patch.Value, user.Actor(), ct), ct);
        return await ShowOrder.Handle(snapshots, passes, options, ct);
    }

    private static IEnumerable<ProblemError> Faults(EditOrder edit)
    {
        if (edit.Weights?.Count > MaxWeights)
            yield return new("/weights", $"'weights' names {edit.Weights.Count} keys; at most {MaxWeights} are allowed.");
        foreach (var (key, weight) in edit.Weights ?? new Dictionary<string, int?>())
        {
            if (key.Length is 0 or > KeyLength || key.Any(char.IsControl))
                yield return new("/weights", $"A key is a board's, a creator or a label, 1 to {KeyLength} characters; given was '{TaskRules.Shown(key)}'.");
            if (weight is < 1 or > MaxWeight)
                yield return new($"/weights/{TaskRules.Shown(key)}", $"A weight is 1 to {MaxWeight}; given was {weight}.");
        }
    }

    private static async Task EditAsync(BoardDbContext db, EditOrder edit, string actor, CancellationToken ct)
    {
        // No pass goes by the old weights from the commit on.
        await db.LockAsync(BoardLock.Admission, ct);
        var rows = await db.FairWeights.ToDictionaryAsync(w => w.Key, ct);
        var changes = new Changes();
        foreach (var (key, given) in edit.Weights ?? rows.Keys.ToDictionary(k => k, _ => (int?)null))
            changes.Set(key, rows.GetValueOrDefault(key)?.Weight ?? 1, given ?? 1, weight => Set(db, rows.GetValueOrDefault(key), key, weight));
        if (changes.Any)
            db.Events.Add(BoardEvent.OfOrder(EventTypes.OrderEdited, actor, await db.NowAsync(ct), new { weights = changes.Made, reason = edit.Reason }));
    }

    private static void Set(BoardDbContext db, FairWeight? row, string key, int weight)
    {
        if (row is null)
            db.FairWeights.Add(new FairWeight { Key = key, Weight = weight });
        else if (weight is 1)
            db.FairWeights.Remove(row);
        else
            row.Weight = weight;
    }
}
