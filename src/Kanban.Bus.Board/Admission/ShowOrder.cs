using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace Kanban.Bus.Board.Admission;

/// <summary>GET /order — 200.</summary>
internal static class ShowOrder
{
    public static void Map(RouteGroupBuilder api) => api.MapGet("/order", Handle)
        .WithTags("Order").WithName("ShowOrder").WithSummary("By what ready tasks are ordered, what is kept for whom, and how long admission took lately.");

    internal static async Task<Ok<OrderView>> Handle(SnapshotReader snapshots, PassTimes passes, IOptions<AdmissionOptions> options, CancellationToken ct)
    {
        var frame = await snapshots.FrameAsync(ct);
        var active = frame.Live.GroupBy(l => l.FairKey).ToDictionary(g => g.Key, g => g.Sum(l => l.Count));
        var shares = active.Keys.Union(frame.Order.Weights.Keys).Where(k => k.Length > 0).Order(StringComparer.Ordinal)
            .Select(k => new ShareView(k, frame.Order.WeightOf(k), active.GetValueOrDefault(k)));
        return TypedResults.Ok(new OrderView(
            options.Value.AgeingStep.TotalSeconds, options.Value.FairBetween, options.Value.ReserveAfter.TotalSeconds, [.. shares],
            [.. frame.Order.Reservations.Select(r => new ReservationView($"{r.Cap}", r.TaskKey, r.Units, r.Since))], passes.View()));
    }
}
