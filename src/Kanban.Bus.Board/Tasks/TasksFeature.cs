namespace Kanban.Bus.Board.Tasks;

public static class TasksFeature
{
    public static IServiceCollection AddTasks(this IServiceCollection services) => services;

    public static void MapTasks(this RouteGroupBuilder api)
    {
    }
}
