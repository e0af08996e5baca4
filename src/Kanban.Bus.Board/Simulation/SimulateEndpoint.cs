using Kanban.Bus.Board.Admission;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Lanes;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Kanban.Bus.Board.Simulation;

/// <summary>POST /simulate — 200 how long past arrivals would wait by the caps of now and by proposed ones; 400.</summary>
internal static class SimulateEndpoint
{
    private const int Shortest = 60;
    private const int Day = 86_400;
    private const int Longest = 30 * Day;

    public static void Map(RouteGroupBuilder api) => api.MapPost("/simulate", Handle)
        .WithTags("Pools").WithName("Simulate").WithSummary("Replay what arrived lately against other caps. Changes nothing.").ProducesProblem(400);

    internal static async Task<Results<Ok<SimulationView>, ProblemHttpResult>> Handle(
        Simulate request, BoardDbContext db, SnapshotReader snapshots, PastRuns past, IOptions<AdmissionOptions> options, CancellationToken ct)
    {
        if (request.SinceSeconds is < Shortest or > Longest)
            return Problems.Invalid("/sinceSeconds", $"'sinceSeconds' is {request.SinceSeconds}; it is {Shortest} to {Longest}.");
        var frame = await snapshots.FrameAsync(ct);
        var since = frame.Now - TimeSpan.FromSeconds(request.SinceSeconds ?? Day);
        var (now, _) = await WorldAsync(db, frame, options.Value, new Dictionary<string, string>(), ct);
        var (proposed, fault) = await WorldAsync(db, frame, options.Value, request.Set ?? new Dictionary<string, string>(), ct);
        if (fault is not null)
            return Problems.Invalid(fault.Pointer, fault.Detail);
        if (await past.SinceAsync(since, frame, ct) is not { } read)
            return Problems.Invalid("/sinceSeconds", $"More than {PastRuns.Most} runs and waiting tasks since {since:yyyy-MM-dd HH:mm} UTC: give a shorter time.");

        var starving = options.Value.ReserveAfter;
        return TypedResults.Ok(new SimulationView(
            since,
            read.Runs.Count(r => r.Worker is null),
            read.Recorded.View(starving).Waits,
            Replay.Of(now, since, read.Runs, ct).View(starving),
            Replay.Of(proposed, since, read.Runs, ct).View(starving),
            read.Notes));
    }

    /// <summary>The workers and lanes of now, with the caps as they are or as they are proposed to be.</summary>
    private static async Task<(World World, ProblemError? Fault)> WorldAsync(
        BoardDbContext db, Snapshot frame, AdmissionOptions options, IReadOnlyDictionary<string, string> set, CancellationToken ct)
    {
        var lanes = await db.Lanes.AsNoTracking().ToListAsync(ct);
        var boards = await db.Boards.AsNoTracking().ToListAsync(ct);
        var pools = await db.Pools.AsNoTracking().ToListAsync(ct);
        // Limits that accounts met then are not met again, and what is paused now was not then.
        foreach (var pool in pools)
        {
            pool.Unpark();
            pool.Paused = false;
        }
        foreach (var lane in lanes)
            lane.Paused = false;
        var proposal = new Proposal(lanes, boards, pools);
        ProblemError? fault = null;
        foreach (var (name, value) in set)
            fault ??= proposal.Apply(name, value);
        var world = new World(
            frame.Lanes.ToDictionary(l => l.Key, l => l.Value with { Problem = null, Refused = false, Breaker = null, Budget = RetryBudget.Unlimited }),
            frame.Workers,
            frame.Order with { Reservations = [] },
            at => Caps.At(pools, lanes, boards, options.MostActive, at));
        return (world, fault);
    }
}
