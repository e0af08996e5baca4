namespace Kanban.Bus.Board.Logs;

public static class LogsFeature
{
    public static IServiceCollection AddLogs(this IServiceCollection services) => services.AddSingleton<LogSignal>();

    public static void MapLogs(this RouteGroupBuilder api)
    {
        AppendLog.Map(api);
        ReadLog.Map(api);
        FollowLog.Map(api);
    }
}
