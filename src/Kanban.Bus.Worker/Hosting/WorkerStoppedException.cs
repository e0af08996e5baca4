namespace Kanban.Bus.Worker.Hosting;

/// <summary>The worker can't go on for a reason that lies outside it; the message says what, and what to do.</summary>
internal sealed class WorkerStoppedException(string message, Exception? cause = null) : Exception(message, cause);
