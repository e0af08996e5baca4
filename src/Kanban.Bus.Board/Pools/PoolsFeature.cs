namespace Kanban.Bus.Board.Pools;

public static class PoolsFeature
{
    public static IServiceCollection AddPools(this IServiceCollection services) => services.AddScoped<PoolViews>();

    public static void MapPools(this RouteGroupBuilder api)
    {
        var pools = api.MapGroup("/pools").WithTags("Pools");
        ShowPools.Map(pools);
        CreatePoolEndpoint.Map(pools);
        EditPoolEndpoint.Map(pools);
        PausePool.Map(pools);
        UnparkPool.Map(pools);
        DeletePool.Map(pools);
    }
}
