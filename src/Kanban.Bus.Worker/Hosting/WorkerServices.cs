using Kanban.Bus.Worker.Bus;
using MassTransit;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Kanban.Bus.Worker.Hosting;

/// <summary>Puts a worker into a process.</summary>
public static class WorkerServices
{
    private static readonly TimeSpan AfterDrain = TimeSpan.FromSeconds(60);

    /// <summary>A worker as a process of its own: it pulls offers from the broker that the board names, and the process ends with it.</summary>
    /// <param name="configuration">Holds the section <c>Worker</c>.</param>
    /// <exception cref="OptionsValidationException">At start, for an unknown key or a bad value; each failure is a sentence that names it.</exception>
    public static IServiceCollection AddKanbanWorker(this IServiceCollection services, IConfiguration configuration)
    {
        var section = configuration.GetSection(WorkerOptions.Section);
        services.AddOptions<WorkerOptions>().Bind(section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<WorkerOptions>>(new UnknownWorkerKeys(section));
        services.AddSingleton<IValidateOptions<WorkerOptions>, WorkerOptionsCheck>();
        services.AddOptions<HostOptions>().Configure<IOptions<WorkerOptions>>((host, worker) =>
            host.ShutdownTimeout = worker.Value.DrainLimit + AfterDrain);
        return services.AddWorker(new WorkerSetup(
            provider => provider.GetRequiredService<IOptions<WorkerOptions>>().Value, SharedBus: null, ExitWhenOver: true));
    }

    /// <summary>A worker inside the board's process: offers come from the process's own <see cref="IBusControl"/>, everything else by HTTP on loopback as for any worker.</summary>
    /// <param name="configure">Runs once, when the process has started. An empty <see cref="WorkerOptions.BoardUrl"/> then becomes the first address this process listens on. The drain limit is 5 s unless set.</param>
    public static IServiceCollection AddLocalKanbanWorker(this IServiceCollection services, Action<IServiceProvider, WorkerOptions> configure) =>
        services.AddWorker(new WorkerSetup(
            provider =>
            {
                var options = new WorkerOptions { DrainLimit = TimeSpan.FromSeconds(5) };
                configure(provider, options);
                if (options.BoardUrl.Length == 0)
                    options.BoardUrl = OwnAddress(provider);
                var faults = WorkerOptionsCheck.Faults(options).ToList();
                return faults.Count == 0 ? options : throw new OptionsValidationException(WorkerOptions.Section, typeof(WorkerOptions), faults);
            },
            provider => new SharedBus(provider.GetRequiredService<IBusControl>()), ExitWhenOver: false));

    private static IServiceCollection AddWorker(this IServiceCollection services, WorkerSetup setup)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(setup);
        services.AddHostedService<WorkerService>();
        // A delivery that goes back to its queue is no fault; MassTransit would log each with its stack.
        services.AddLogging(logging => logging.AddFilter("MassTransit.ReceiveTransport", LogLevel.None));
        return services;
    }

    private static string OwnAddress(IServiceProvider provider)
    {
        var address = provider.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault()
            ?? throw new InvalidOperationException("The process listens nowhere; set Worker:BoardUrl.");
        return address.Replace("://0.0.0.0:", "://127.0.0.1:", StringComparison.Ordinal)
            .Replace("://[::]:", "://127.0.0.1:", StringComparison.Ordinal)
            .Replace("://+:", "://127.0.0.1:", StringComparison.Ordinal)
            .Replace("://*:", "://127.0.0.1:", StringComparison.Ordinal);
    }
}
