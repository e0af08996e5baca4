using Kanban.Bus.Board.Runs;

namespace Kanban.Bus.Board.Fleet;

/// <summary>Workers: how they join, say they live, are told what to do, and are missed.</summary>
public static class FleetFeature
{
    public static IServiceCollection AddFleet(this IServiceCollection services) => services
        .AddSingleton<KnownQueues>()
        .AddScoped<LeaseSweep>()
        .AddHostedService<LeaseSweeper>();

    public static void MapFleet(this RouteGroupBuilder api)
    {
        var workers = api.MapGroup("/workers").WithTags("Fleet");
        ListWorkers.Map(workers);
        DrainWorker.Map(workers);
        RegisterWorker.Map(workers);
        HeartbeatEndpoint.Map(workers);
        ClaimRunsEndpoint.Map(workers);
        FinishRunsEndpoint.Map(workers);
        DeregisterWorker.Map(workers);
    }
}
