using System.Globalization;
using Kanban.Bus.IntegrationTests.Harness;
using Kanban.Bus.IntegrationTests.Servers;

namespace Kanban.Bus.Benchmarks.Idle;

/// <summary><c>kanban up</c> with nothing to do: what it takes of a laptop that it sleeps on.</summary>
public static class IdleBench
{
    /// <summary>The runtime compiles what has been used often, in the background, for the first minutes of a process.</summary>
    private static readonly TimeSpan Settle = TimeSpan.FromMinutes(3);

    private static readonly TimeSpan Watched = TimeSpan.FromMinutes(1);

    public static async Task<IReadOnlyList<Figure>> RunAsync()
    {
        using var guard = new Guard("idle");
        var url = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePorts.Take()}");
        using var process = ServerProcess.Start(guard.Folder, "up", [KanbanProgram.Path, "up", "--home", Path.Combine(guard.Folder, "home"), "--listen", url], KanbanProgram.Environment(guard.Folder));
        await Task.Delay(Settle);
        if (process.HasExited)
            throw new InvalidOperationException($"kanban up ended:\n{await File.ReadAllTextAsync(process.LogFile)}");
        var cost = ProcessCost.Watch(process.Id);
        await Task.Delay(Watched);
        var conditions = $"kanban up (board and worker in one process, SQLite), no task, {Settle.TotalMinutes:0} min after its start, over {Watched.TotalSeconds:0} s";
        Figure[] figures = [new("idle.core_percent", cost.CorePercent, "%", conditions), new("idle.rss_mb", cost.ResidentMegabytes, "MB", conditions)];
        await process.EndAsync(Signals.Terminate, TimeSpan.FromSeconds(20));
        return figures;
    }
}
