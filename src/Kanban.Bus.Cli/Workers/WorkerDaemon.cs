using Kanban.Bus.Cli.Client;
using Kanban.Bus.Worker.Hosting;
using Microsoft.Extensions.Configuration;

namespace Kanban.Bus.Cli.Workers;

/// <summary>A process that is a worker and nothing else. A file of its own, so that other commands never load the worker.</summary>
internal static class WorkerDaemon
{
    /// <summary>This process becomes the worker that was compiled ahead of time, which takes less than half of the memory; where there is none it is the worker itself.</summary>
    /// <param name="settings">Of which the section <c>Worker</c> is read.</param>
    public static async Task<int> RunAsync(Call call, IConfiguration settings, CancellationToken ct)
    {
        var options = Checked(settings.GetSection(WorkerOptions.Section));
        if (NativeWorker.Program is { } program)
            call.Output.Note($"{program} can't be started, so this program is the worker, with more memory: {NativeWorker.Become(program, options)}");
        return await WorkerHost.RunAsync(options, ThisProgram.Command, ct);
    }

    private static WorkerOptions Checked(IConfigurationSection section)
    {
        var options = WorkerSettings.Bound(section);
        var faults = UnknownWorkerKeys.In(section, typeof(WorkerOptions)).Concat(WorkerOptionsCheck.Faults(options)).ToList();
        return faults.Count == 0 ? options : throw new UsageException(string.Join('\n', faults));
    }
}
