using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Pools;
using Kanban.Bus.Board.Runs;
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
        if (request.DryRun)
        {
            var snapshot = await snapshots.ForPassAsync(ct);
            var offers = Admit.Decide(snapshot).Offers;
            var chosen = offers.Take(max).ToList();
            var starts = await WithoutSetAsideAsync(db, snapshot, chosen, ct);
            return TypedResults.Ok(new DispatchView(true, Starts(starts), offers.Count > max, await WaitsAsync(db, snapshots, chosen, starts, ct)));
        }

        var result = await pass.RunAsync(ct, max);
        await announcer.AnnounceAsync(result.Offers, ct);
        return TypedResults.Ok(new DispatchView(false, Starts(result.Picks), result.More, await WaitsAsync(db, snapshots, [], [], ct)));
    }

    private static IReadOnlyList<StartView> Starts(IEnumerable<Pick> picks) =>
        [.. picks.Select(p => new StartView(p.Task.Key, p.Task.Lane, p.Task.Board, p.Task.Host, Draws.Read(p.Draws)))];

    /// <summary>Without those that have run so often today that the pass would set them aside for a person.</summary>
    private static async Task<IReadOnlyList<Pick>> WithoutSetAsideAsync(BoardDbContext db, Snapshot snapshot, IReadOnlyList<Pick> chosen, CancellationToken ct)
    {
        var ids = chosen.Select(p => p.Task.Id).ToList();
        var tasks = await db.Tasks.AsNoTracking().Where(t => ids.Contains(t.Id)).ToListAsync(ct);
        var reached = await DailyCeiling.ReachedAsync(db, tasks, lane => snapshot.Lanes[lane].MaxRunsPerDay, await db.NowAsync(ct), ct);
        var aside = reached.Select(r => r.Task.Id).ToHashSet();
        return [.. chosen.Where(p => !aside.Contains(p.Task.Id))];
    }

    /// <summary>For every lane with ready tasks that do not start: how many, and why the first of them waits once the others have started.</summary>
    /// <param name="ahead">Ready by their rows, and not after a pass that was only thought of.</param>
    /// <param name="starts">Of these, what that pass would start.</param>
    private static async Task<IReadOnlyList<LaneWaitView>> WaitsAsync(BoardDbContext db, SnapshotReader snapshots, IReadOnlyList<Pick> ahead, IReadOnlyList<Pick> starts, CancellationToken ct)
    {
        var gone = ahead.Select(p => p.Task.Id).ToHashSet();
        var counts = await SnapshotReader.Ready(db.Tasks).GroupBy(t => t.Lane!).Select(g => new { Lane = g.Key, Count = g.Count() }).OrderBy(g => g.Lane).ToListAsync(ct);
        var waits = new List<LaneWaitView>();
        var frame = counts.Count == 0 ? null : await snapshots.FrameAsync(ct);
        foreach (var lane in counts)
        {
            var left = lane.Count - ahead.Count(p => p.Task.Lane == lane.Lane);
            if (left <= 0 || await snapshots.FirstInLineAsync(lane.Lane, gone, ct) is not { } first)
                continue;
            // Behind what starts, in the same decision.
            var decision = Admit.Decide(frame! with { Ready = [.. starts.Select(p => p.Task), first] });
            waits.Add(new LaneWaitView(lane.Lane, left, first.Key, decision.Waits.GetValueOrDefault(first.Id)?.Reason ?? "it may start: beyond what one pass was asked to start"));
        }
        return waits;
    }
}
