using Kanban.Bus.Cli.Printing;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Cli.Workers;

/// <summary>How workers are printed.</summary>
internal static class WorkerColumns
{
    public static Columns<WorkerView> Of(TimeProvider clock) => new(
        worker => worker.Id,
        new("ID", worker => worker.Id),
        new("HOST", worker => worker.Host),
        new("STATE", worker => Words.Of(worker.State)),
        new("BEAT", worker => Times.Age(worker.HeartbeatAt, clock), worker => Times.Iso(worker.HeartbeatAt)),
        new("LANES", worker => string.Join(' ', worker.Lanes.Select(lane => $"{lane.Lane}={lane.Running}/{lane.Slots}"))),
        new("CAPABILITIES", worker => string.Join(' ', worker.Capabilities)),
        new("VERSION", worker => worker.Version),
        new("RUNS", worker => string.Join(' ', worker.Runs.Select(run => $"{run.TaskKey}/{run.Number}"))),
        new("NOTE", worker => worker.Quiet));

    public static string Sentence(WorkerView worker) => $"Worker {worker.Id} on {worker.Host} is {Words.Of(worker.State)}{(worker.Quiet is { } quiet ? $" ({quiet})" : "")}; {worker.Runs.Count} runs.";
}
