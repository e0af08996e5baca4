namespace Kanban.Bus.Board.Runs;

public static class RunsFeature
{
    public static IServiceCollection AddRuns(this IServiceCollection services) => services;

    public static void MapRuns(this RouteGroupBuilder api)
    {
    }
}
