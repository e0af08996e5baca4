namespace Kanban.Bus.Board.Events;

public static class EventsFeature
{
    public static IServiceCollection AddEvents(this IServiceCollection services) => services
        .AddSingleton<EventTail>()
        .AddHostedService(provider => provider.GetRequiredService<EventTail>());

    public static void MapEvents(this RouteGroupBuilder api)
    {
        ListEvents.Map(api);
        StreamEvents.Map(api);
    }
}
