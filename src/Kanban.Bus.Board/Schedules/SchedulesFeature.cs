using Kanban.Bus.Board.Storage;
using Npgsql;
using Quartz;

namespace Kanban.Bus.Board.Schedules;

/// <summary>Tasks that come again and again.</summary>
public static class SchedulesFeature
{
    public static IServiceCollection AddSchedules(this IServiceCollection services) => services
        .AddSingleton<ScheduleSignal>()
        .AddScoped<ScheduleFiring>()
        .AddScoped<ScheduleViews>();

    /// <summary>What fires them: Quartz, clustered over the replicas of a shared database, in memory on a single host.</summary>
    public static IServiceCollection AddScheduleClock(this IServiceCollection services, StorageOptions storage)
    {
        // The board says calmly and once that its database is away.
        services.AddLogging(logging => logging.AddFilter("Quartz", LogLevel.Critical));
        services.AddTransient<FireScheduleJob>();
        services.AddQuartz(quartz =>
        {
            quartz.ConfigureScheduler(scheduler => (scheduler.InstanceName, scheduler.PropagateTraceContext) = ("kanban", false));
            quartz.UseDefaultThreadPool(maxConcurrency: 2);
            if (storage.IsShared)
                quartz.UsePersistentStore(store => store.UseOwnTables(storage).UseClustering());
            else
                quartz.UseInMemoryStore();
        });
        return services.AddHostedService<ScheduleClock>();
    }

    public static void MapSchedules(this RouteGroupBuilder api)
    {
        var schedules = api.MapGroup("/schedules").WithTags("Schedules");
        ShowSchedules.Map(schedules);
        CreateScheduleEndpoint.Map(schedules);
        EditScheduleEndpoint.Map(schedules);
        PauseSchedule.Map(schedules);
        RunSchedule.Map(schedules);
        DeleteSchedule.Map(schedules);
    }

    private static IPersistentStoreBuilder UseOwnTables(this IPersistentStoreBuilder store, StorageOptions storage)
    {
        store.UsePostgres(source => source.DataSourceFactory = _ =>
        {
            var connections = new NpgsqlDataSourceBuilder(StorageFeature.ForSchedules(storage));
            // It asks every few seconds: nobody wants to see that in a trace.
            connections.ConfigureTracing(tracing => tracing.ConfigureCommandFilter(_ => false));
            return connections.Build();
        });
        store.ConfigureStore(options => options.TablePrefix = Storage.Migrations.Postgres.Quartz.Schema + ".");
        return store;
    }
}
