using System.Security.Claims;
using Kanban.Bus.Board.Access;
using Kanban.Bus.Board.Events;
using Kanban.Bus.Board.Gateways;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Board.Windows;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Pools;

/// <summary>POST /pools — 201 a new pool, 400, 409 there is one of that name.</summary>
public static class CreatePoolEndpoint
{
    public static void Map(RouteGroupBuilder pools) => pools.MapPost("", Handle)
        .WithName("CreatePool").WithSummary("Make a pool. Lanes, profiles and tasks name it in their draws; a host's (host:NAME) is drawn by every run on the host.")
        .ProducesProblem(400).ProducesProblem(409);

    internal static async Task<Results<Created<PoolView>, ProblemHttpResult>> Handle(
        CreatePool request, BoardDbContext db, PoolViews views, GatewaySignal gateways, ClaimsPrincipal user, CancellationToken ct)
    {
        if (PoolRules.Name(request.Name).Concat(Kind(request)).Concat(PoolRules.Units("/profiles", "profiles", request.Profiles)).Concat(GatewayEdits.WhyNot(request))
            .Concat(WindowRules.Faults(request.Windows)).ToList() is { Count: > 0 } faults)
            return Problems.Invalid(faults);
        if (PoolRules.WhyNot(Of(request, default)) is { } invalid)
            return invalid;
        if (await db.Pools.AnyAsync(p => p.Name == request.Name, ct))
            return Exists(request.Name);
        try
        {
            var pool = await db.InTransactionAsync(async () =>
            {
                // A host's cap, or a profile's draw, holds for what is admitted from here on.
                await db.LockAsync(BoardLock.Admission, ct);
                var now = await db.NowAsync(ct);
                var added = Of(request, now);
                db.Pools.Add(added);
                db.Events.Add(BoardEvent.OfPool(EventTypes.PoolCreated, added.Name, user.Actor(), now,
                    new { kind = added.Kind, capacity = added.Capacity, profiles = added.Profiles, windows = added.Windows, probe = added.Gateway?.Probe, address = added.Gateway?.Address }));
                await db.SaveChangesAsync(ct);
                return added;
            }, ct);
            if (pool.Gateway is not null)
                gateways.Wake();
            return TypedResults.Created($"/api/v1/pools/{pool.Name}", await views.OfAsync(pool, ct));
        }
        catch (DbUpdateException error) when (db.IsDuplicateKey(error))
        {
            return Exists(request.Name);
        }
    }

    private static Pool Of(CreatePool request, DateTimeOffset now)
    {
        var kind = KindOf(request);
        return new Pool
        {
            Name = request.Name,
            Kind = kind,
            Capacity = request.Capacity ?? (kind is PoolKind.Gateway ? Pool.DefaultGatewayCapacity : null),
            Floor = request.Floor,
            Ceiling = request.Ceiling,
            Profiles = Draws.Patch("", request.Profiles),
            Note = request.Note,
            Windows = WindowRules.Column(request.Windows),
            CreatedAt = now,
            Gateway = GatewayEdits.Of(request, now),
        }.Begin();
    }

    private static PoolKind KindOf(CreatePool request) =>
        request.Kind ?? (request.Name.StartsWith(Pool.HostPrefix, StringComparison.Ordinal) ? PoolKind.Host : PoolKind.Fixed);

    private static IEnumerable<ProblemError> Kind(CreatePool request)
    {
        var kind = KindOf(request);
        if (kind is PoolKind.Global)
            yield return new("/kind", "There is one pool of kind 'global', 'all', and it is always there.");
        if (kind is PoolKind.Host != request.Name.StartsWith(Pool.HostPrefix, StringComparison.Ordinal))
            yield return new("/kind", $"A host's pool, and no other, is named '{Pool.HostPrefix}' and the host.");
    }

    private static ProblemHttpResult Exists(string name) => Problems.Conflict("exists", $"There is a pool '{name}' already.");
}
