namespace Kanban.Bus.Board.Events;

public static class EventsFeature
{
    public static IServiceCollection AddEvents(this IServiceCollection services) => services;

    public static void MapEvents(this RouteGroupBuilder api)
    {
    }
}
