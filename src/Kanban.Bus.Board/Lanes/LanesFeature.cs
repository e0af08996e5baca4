namespace Kanban.Bus.Board.Lanes;

public static class LanesFeature
{
    public static IServiceCollection AddLanes(this IServiceCollection services) => services;

    public static void MapLanes(this RouteGroupBuilder api)
    {
    }
}
