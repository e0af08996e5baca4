using Kanban.Bus.Worker.Bus;

namespace Kanban.Bus.Worker.Hosting;

/// <summary>How a worker lives in its process.</summary>
/// <param name="Options">Called once, when the process has started: a single-host process knows its address only then.</param>
/// <param name="Queues">The process's own on a single host; null for a worker that connects to the broker.</param>
/// <param name="ExitWhenOver">A worker's own process ends with it; a board's does not.</param>
internal sealed record WorkerSetup(Func<IServiceProvider, WorkerOptions> Options, Func<IServiceProvider, ISharedQueues>? Queues, bool ExitWhenOver);
