using Kanban.Bus.Contracts;

namespace Kanban.Bus.Board.Fleet;

/// <summary>A process that serves lanes with a number of slots, on some host.</summary>
public sealed class Worker
{
    public required string Id { get; init; }
    public required string Host { get; set; }

    /// <summary>Sorted, comma between them.</summary>
    public string Capabilities { get; set; } = "";

    /// <summary>Sorted, comma between them.</summary>
    public string Profiles { get; set; } = "";

    public required string Version { get; set; }
    public int ProcessId { get; set; }
    public string? BootId { get; set; }

    /// <summary>Names its state directory, which one process at a time uses; null where it did not say.</summary>
    public string? Instance { get; set; }

    /// <summary>SHA-256 of its session token. A new registration replaces it, and the older process is out.</summary>
    public required byte[] SessionHash { get; set; }

    /// <summary>Of the registration before, to tell a superseded process from a stranger.</summary>
    public byte[]? OldSessionHash { get; set; }

    public DateTimeOffset RegisteredAt { get; set; }
    public DateTimeOffset HeartbeatAt { get; set; }
    public double? Load { get; set; }

    /// <summary>Why it takes no new work for now, as it said with its last heartbeat; null when it does.</summary>
    public string? Quiet { get; set; }

    /// <summary>A person asked it to drain.</summary>
    public bool DrainAsked { get; set; }

    /// <summary>It said that it drains.</summary>
    public bool Draining { get; set; }

    /// <summary>Live, Gone or Left; draining and quiet are beside it.</summary>
    public WorkerState State { get; set; }

    public List<WorkerSlots> Lanes { get; init; } = [];

    public bool TakesWork => State is WorkerState.Live && !DrainAsked && !Draining && Quiet is null;
}

/// <summary>How many runs of a lane a worker carries out at one time.</summary>
public sealed class WorkerSlots
{
    public required string WorkerId { get; init; }
    public required string Lane { get; init; }
    public int Slots { get; set; }
}
