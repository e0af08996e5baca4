using Kanban.Bus.Hosting;
using Kanban.Bus.Worker.Executors;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Kanban.Bus.Worker.Hosting;

/// <summary>A process that is a worker and nothing else.</summary>
public static class WorkerHost
{
    /// <summary>Calls on files block their thread: with one for each core, two slow disk writes would hold up all else until the pool adds a third, half a second later.</summary>
    private const int Threads = 16;

    /// <summary>Returns when the worker is over: after SIGTERM or SIGINT it drains first.</summary>
    /// <param name="options">Without <see cref="WorkerOptionsCheck.Faults"/>.</param>
    /// <param name="kanban">Argument vector of the command <c>kanban</c>, which its runs find on their PATH.</param>
    /// <returns>The process's exit code.</returns>
    public static async Task<int> RunAsync(WorkerOptions options, IReadOnlyList<string> kanban, CancellationToken ct)
    {
        RunTools.Command = kanban;
        ThreadPool.GetMinThreads(out var threads, out var completions);
        ThreadPool.SetMinThreads(Math.Max(threads, Threads), completions);
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "kanban worker" });
        builder.Services.AddSingleton<ConsoleFormatter, LineFormatter>();
        builder.Logging.AddConsole(console => console.FormatterName = LineFormatter.Named).SetMinimumLevel(options.LogLevel);
        if (options.LogLevel >= LogLevel.Information)
            builder.Logging.AddFilter("Microsoft", LogLevel.Warning).AddFilter("System", LogLevel.Warning);
        builder.Services.AddKanbanWorker(options);
        using var host = builder.Build();
        await host.StartAsync(ct);
        await host.WaitForShutdownAsync(ct);
        return Environment.ExitCode;
    }
}
