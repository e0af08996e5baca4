using System.Security.Claims;
using Kanban.Bus.Board.Access;
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

/// <summary>POST /lanes — 201 a new lane, 400, 409 there is one of that name.</summary>
public static class CreateLaneEndpoint
{
    public static void Map(RouteGroupBuilder lanes) => lanes.MapPost("", Handle)
        .WithName("CreateLane").WithSummary("Make a lane.")
        .ProducesProblem(400).ProducesProblem(409);

    internal static async Task<Results<Created<LaneView>, ProblemHttpResult>> Handle(
        CreateLane request, BoardDbContext db, LaneViews views, ClaimsPrincipal user, CancellationToken ct)
    {
        if (TaskRules.Name("/name", "name", request.Name).ToList() is { Count: > 0 } faults)
            return Problems.Invalid(faults);
        if (LaneRules.WhyNot(LaneRules.Fields(request)) is { } invalid)
            return invalid;
        if (await KnownPools.WhyNotAsync(db, request.Draws, ct) is { } unknown)
            return unknown;
        if (await ChildLanes.UnknownAsync(db, request.Name, request.ChildLanes, ct) is { } noLane)
            return noLane;
        if (await db.Lanes.AnyAsync(l => l.Name == request.Name, ct))
            return Exists(request.Name);
        try
        {
            var lane = await db.InTransactionAsync(() => AddAsync(db, request, user.Actor(), ct), ct);
            return TypedResults.Created($"/api/v1/lanes/{lane.Name}", await views.OfAsync(lane, ct));
        }
        catch (DbUpdateException error) when (db.IsDuplicateKey(error))
        {
            return Exists(request.Name);
        }
    }

    /// <summary>Adds the lane with what was left out at its default, and its event; also for the single host's first lane.</summary>
    internal static async Task<Lane> AddAsync(BoardDbContext db, CreateLane request, string actor, CancellationToken ct)
    {
        var now = await db.NowAsync(ct);
        var lane = new Lane
        {
            Name = request.Name,
            MaxActive = request.MaxActive,
            MaxRuntimeSeconds = request.MaxRuntimeSeconds,
            SilenceSeconds = request.SilenceSeconds,
            Workspace = request.Workspace,
            Windows = WindowRules.Column(request.Windows),
            CreatedAt = now,
        };
        lane.Profile = request.Profile ?? lane.Profile;
        lane.Retry = request.Retry ?? lane.Retry;
        lane.MaxAttempts = request.MaxAttempts ?? lane.MaxAttempts;
        lane.BackoffSeconds = request.BackoffSeconds ?? lane.BackoffSeconds;
        lane.GraceSeconds = request.GraceSeconds ?? lane.GraceSeconds;
        lane.OnDisconnect = request.OnDisconnect ?? lane.OnDisconnect;
        lane.HoldBeforeClose = request.HoldBeforeClose ?? lane.HoldBeforeClose;
        lane.Draws = Draws.Patch("", request.Draws);
        lane.Artifacts = ArtifactRules.Join(request.Artifacts);
        lane.ChildLanes = ChildLanes.Join(request.ChildLanes);
        lane.Retries = RetryRules.Patch("", request.Retries);
        lane.RetryPercent = request.RetryPercent ?? lane.RetryPercent;
        lane.RetriesPerMinute = request.RetriesPerMinute ?? lane.RetriesPerMinute;
        lane.MaxRunsPerDay = request.MaxRunsPerDay ?? lane.MaxRunsPerDay;
        lane.BreakerTasks = request.BreakerTasks ?? lane.BreakerTasks;
        lane.BreakerSeconds = request.BreakerSeconds ?? lane.BreakerSeconds;
        lane.BreakerCoolDownSeconds = request.BreakerCoolDownSeconds ?? lane.BreakerCoolDownSeconds;
        db.Lanes.Add(lane);
        db.Events.Add(BoardEvent.OfLane(EventTypes.LaneCreated, lane.Name, actor, now, new { profile = lane.Profile, maxActive = lane.MaxActive, draws = lane.Draws, windows = lane.Windows }));
        await db.SaveChangesAsync(ct);
        return lane;
    }

    private static ProblemHttpResult Exists(string name) => Problems.Conflict("exists", $"There is a lane '{name}' already.");
}
