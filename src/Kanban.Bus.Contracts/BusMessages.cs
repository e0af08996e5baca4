namespace Kanban.Bus.Contracts;

/// <summary>Board → worker, on a lane's queue: this run may be claimed. A hint: the claim decides.</summary>
/// <param name="RunId">The offered run. Everything else about it is in the answer to the claim.</param>
/// <param name="TaskKey">For people who look at the queue in the management UI.</param>
/// <param name="Lane">The lane whose slots the run will take.</param>
/// <param name="Attempt">The run's number within its task, from 1.</param>
public sealed record RunOffered(Guid RunId, string TaskKey, string Lane, int Attempt);

/// <summary>Board → one worker, on the worker's own queue: send your heartbeat now, its answer has news.</summary>
public sealed record BeatNow(string WorkerId);
