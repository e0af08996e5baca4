using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Cli.Client;
using Kanban.Bus.Worker.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Kanban.Bus.Cli.Workers;

/// <summary>A process that is a worker and nothing else. A file of its own, so that other commands never load the worker.</summary>
internal static class WorkerDaemon
{
    /// <summary>Calls on files block their thread: with one for each core, two slow disk writes would hold up all else until the pool adds a third, half a second later.</summary>
    private const int Threads = 16;

    /// <param name="settings">Of which the section <c>Worker</c> is read.</param>
    public static async Task<int> RunAsync(IConfiguration settings, CancellationToken ct)
    {
        ThreadPool.GetMinThreads(out var threads, out var completions);
        ThreadPool.SetMinThreads(Math.Max(threads, Threads), completions);
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "kanban worker" });
        builder.Logging.AddBoardLogging(new BoardOptions { LogLevel = settings.GetSection(WorkerOptions.Section).GetValue(nameof(WorkerOptions.LogLevel), LogLevel.Information) });
        builder.Services.AddKanbanWorker(settings);
        try
        {
            using var host = builder.Build();
            await host.StartAsync(ct);
            await host.WaitForShutdownAsync(ct);
            return Environment.ExitCode;
        }
        catch (OptionsValidationException e)
        {
            throw new UsageException(string.Join('\n', e.Failures));
        }
    }
}
