using Kanban.Bus.Worker.Bus;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Kanban.Bus.Worker.Hosting;

/// <summary>Puts a worker into a process.</summary>
public static class WorkerServices
{
    private static readonly TimeSpan AfterDrain = TimeSpan.FromSeconds(60);

    /// <summary>A worker as a process of its own: it pulls offers from the broker that the board names, and the process ends with it.</summary>
    /// <param name="options">Without <see cref="WorkerOptionsCheck.Faults"/>.</param>
    public static IServiceCollection AddKanbanWorker(this IServiceCollection services, WorkerOptions options)
    {
        services.Configure<HostOptions>(host => host.ShutdownTimeout = options.DrainLimit + AfterDrain);
        return services.AddWorker(new WorkerSetup(_ => options, Queues: null, ExitWhenOver: true));
    }

    /// <summary>A worker inside the board's process: offers come from the process's own queues, everything else by HTTP on loopback as for any worker.</summary>
    /// <param name="configure">Runs once, when the process has started. The drain limit is 5 s unless set.</param>
    public static IServiceCollection AddLocalKanbanWorker(
        this IServiceCollection services, Action<IServiceProvider, WorkerOptions> configure, Func<IServiceProvider, ISharedQueues> queues) =>
        services.AddWorker(new WorkerSetup(
            provider =>
            {
                var options = new WorkerOptions { DrainLimit = TimeSpan.FromSeconds(5) };
                configure(provider, options);
                var faults = WorkerOptionsCheck.Faults(options).ToList();
                return faults.Count == 0 ? options : throw new OptionsValidationException(WorkerOptions.Section, typeof(WorkerOptions), faults);
            },
            queues, ExitWhenOver: false));

    private static IServiceCollection AddWorker(this IServiceCollection services, WorkerSetup setup)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(setup);
        return services.AddHostedService<WorkerService>();
    }
}
