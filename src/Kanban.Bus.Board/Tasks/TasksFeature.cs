namespace Kanban.Bus.Board.Tasks;

public static class TasksFeature
{
    public static IServiceCollection AddTasks(this IServiceCollection services) => services
        .AddSingleton<TaskIds>().AddScoped<TaskCreation>().AddScoped<TaskChanges>().AddScoped<TaskViews>();

    public static void MapTasks(this RouteGroupBuilder api)
    {
        var tasks = api.MapGroup("/tasks").WithTags("Tasks").AddEndpointFilter(ETags.WriteAsync);
        CreateTaskEndpoint.Map(tasks);
        CreateTasksEndpoint.Map(tasks);
        ListTasks.Map(tasks);
        ShowTask.Map(tasks);
        ShowBrief.Map(tasks);
        EditTaskEndpoint.Map(tasks);
        MoveTaskEndpoint.Map(tasks);
        BlockTask.Map(tasks);
        UnblockTask.Map(tasks);
        CancelTask.Map(tasks);
        RetryTask.Map(tasks);
        ArchiveTask.Map(tasks);
        RestoreTask.Map(tasks);
        CommentTask.Map(tasks);
        AnswerQuestion.Map(tasks);
        LinkTasks.Map(tasks);
        ListTaskRuns.Map(tasks);
    }
}
