using Kanban.Bus.Board.Simulation;

namespace Kanban.Bus.Board.Admission;

/// <summary>What may start, when, and why the rest waits.</summary>
public static class AdmissionFeature
{
    public static IServiceCollection AddAdmission(this IServiceCollection services) => services
        .AddSingleton<Turns>()
        .AddSingleton<PassTimes>()
        .AddSingleton<LayoutCache>()
        .AddSingleton<UsualLengths>()
        .AddScoped<SnapshotReader>()
        .AddScoped<AdmissionPass>()
        .AddScoped<Announcer>()
        .AddScoped<PastRuns>()
        .AddScoped<AdmissionTick>()
        .AddScoped<WaitReasons>()
        .AddScoped<Holders>()
        .AddScoped<Places>()
        .AddHostedService<AdmissionLoop>();

    public static void MapAdmission(this RouteGroupBuilder api)
    {
        WhyTask.Map(api);
        CheckLedger.Map(api);
        ShowOrder.Map(api);
        EditOrderEndpoint.Map(api);
        DispatchEndpoint.Map(api);
        SimulateEndpoint.Map(api);
    }
}
