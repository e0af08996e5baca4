namespace Kanban.Bus.Board.Fleet;

public static class FleetFeature
{
    public static IServiceCollection AddFleet(this IServiceCollection services) => services;

    public static void MapFleet(this RouteGroupBuilder api)
    {
    }
}
