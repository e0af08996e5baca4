using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Pools;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Kanban.Bus.Board.Admission;

/// <summary>POST /dispatch — 200 what one pass started, or would start, and why the rest waits; 400.</summary>
internal static class DispatchEndpoint
{
    private const int Most = 1000;

    public static void Map(RouteGroupBuilder api) => api.MapPost("/dispatch", Handle)
        .WithTags("Tasks").WithName("Dispatch").WithSummary("Make one pass of admission now, or say what it would start.").ProducesProblem(400);

    internal static async Task<Results<Ok<DispatchView>, ProblemHttpResult>> Handle(
        Dispatch request, BoardDbContext db, AdmissionPass pass, SnapshotReader snapshots, Announcer announcer, IOptions<AdmissionOptions> options, CancellationToken ct)
    {
        if (request.Max is < 1 or > Most)
            return Problems.Invalid("/max", $"'max' is {request.Max}; it is 1 to {Most}, or absent for all that may start.");
        var max = Math.Min(request.Max ?? Most, options.Value.BatchSize);
        var snapshot = request.DryRun ? await snapshots.ForPassAsync(ct) : null;
        IReadOnlyList<Pick> picks;
        bool more;
        if (snapshot is not null)
        {
            picks = Admit.Decide(snapshot).Offers;
            (more, picks) = (picks.Count > max, [.. picks.Take(max)]);
        }
        else
        {
            var result = await pass.RunAsync(ct, max);
            await announcer.AnnounceAsync(result.Offers, ct);
            (more, picks) = (result.More, result.Picks);
        }

        return TypedResults.Ok(new DispatchView(
            request.DryRun,
            [.. picks.Select(p => new StartView(p.Task.Key, p.Task.Lane, p.Task.Board, p.Task.Host, Draws.Read(p.Draws)))],
            more,
            await WaitsAsync(db, snapshots, picks, request.DryRun, ct)));
    }

    /// <summary>For every lane with ready tasks that do not start: how many, and why the first of them waits once the others have started.</summary>
    private static async Task<IReadOnlyList<LaneWaitView>> WaitsAsync(BoardDbContext db, SnapshotReader snapshots, IReadOnlyList<Pick> picks, bool dryRun, CancellationToken ct)
    {
        // In a dry run they are still ready.
        var started = dryRun ? picks.Select(p => p.Task.Id).ToHashSet() : [];
        var counts = await SnapshotReader.Ready(db.Tasks).GroupBy(t => t.Lane!).Select(g => new { Lane = g.Key, Count = g.Count() }).OrderBy(g => g.Lane).ToListAsync(ct);
        var waits = new List<LaneWaitView>();
        var frame = counts.Count == 0 ? null : await snapshots.FrameAsync(ct);
        foreach (var lane in counts)
        {
            var ahead = dryRun ? picks.Count(p => p.Task.Lane == lane.Lane) : 0;
            if (lane.Count <= ahead || await snapshots.FirstInLineAsync(lane.Lane, started, ct) is not { } first)
                continue;
            // Behind what starts, in the same decision.
            var decision = Admit.Decide(frame! with { Ready = dryRun ? [.. picks.Select(p => p.Task), first] : [first] });
            waits.Add(new LaneWaitView(lane.Lane, lane.Count - ahead, first.Key, decision.Waits.GetValueOrDefault(first.Id)?.Reason ?? "it may start: beyond what one pass was asked to start"));
        }
        return waits;
    }
}
