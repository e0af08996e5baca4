namespace Kanban.Bus.Board.Logs;

public static class LogsFeature
{
    public static IServiceCollection AddLogs(this IServiceCollection services) => services;

    public static void MapLogs(this RouteGroupBuilder api)
    {
    }
}
