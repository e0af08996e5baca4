namespace Kanban.Bus.Board.Storage;

/// <summary>Which of the two pools of PostgreSQL connections a scope draws from. SQLite has one file and no choice.</summary>
/// <remarks>
/// What keeps runs going (registrations, heartbeats, claims, finishes, the lease sweep, admission) has a small pool to itself, so that no number of pages,
/// bulk calls or log uploads makes a lease run out.
/// </remarks>
public sealed class PoolChoice
{
    /// <summary>Set it before the scope's first use of the database.</summary>
    public bool ForLeases { get; set; }
}

/// <summary>Marks an endpoint whose calls, their authentication included, draw from the leases' pool.</summary>
internal sealed class LeasePool
{
    public static readonly LeasePool Marker = new();
}

/// <summary>How endpoints and background work choose the leases' pool.</summary>
public static class ConnectionPools
{
    public static TBuilder OnLeasePool<TBuilder>(this TBuilder endpoint) where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(LeasePool.Marker);

    /// <summary>Call it before authentication.</summary>
    public static void UseConnectionPools(this IApplicationBuilder app) => app.Use(static (context, next) =>
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<LeasePool>() is not null)
            context.RequestServices.GetRequiredService<PoolChoice>().ForLeases = true;
        return next(context);
    });

    /// <summary>As <see cref="BoardDbContext.IsUnavailable"/>, for who has no context at hand.</summary>
    public static bool IsUnavailable(this IServiceScopeFactory scopes, Exception error)
    {
        using var scope = scopes.CreateScope();
        return scope.ServiceProvider.GetRequiredService<BoardDbContext>().IsUnavailable(error);
    }

    /// <summary>A scope whose database calls draw from the leases' pool.</summary>
    public static AsyncServiceScope CreateLeaseScope(this IServiceScopeFactory scopes)
    {
        var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<PoolChoice>().ForLeases = true;
        return scope;
    }
}
