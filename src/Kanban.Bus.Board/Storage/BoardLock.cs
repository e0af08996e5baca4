namespace Kanban.Bus.Board.Storage;

/// <summary>Rows that exist only to be locked.</summary>
public enum BoardLock
{
    /// <summary>Held by the one pass that turns ready tasks into offers (P3, P6).</summary>
    Admission,

    /// <summary>Held while links change, so that two edits can't close a cycle together (P5).</summary>
    Graph,

    /// <summary>Held while keys are made or the last one might go, so that replicas that start together make one.</summary>
    Access,

    /// <summary>Held while a worker registers, so that two processes with one id come one after the other.</summary>
    Fleet,

    /// <summary>Held while workers on hosts with a cap claim, so that two of a host don't take its last unit together. Taken before any row.</summary>
    Hosts,

    /// <summary>Held while overdue offers are picked for publishing again, so that one replica takes each.</summary>
    Offers,

    /// <summary>Held while schedules make tasks or change, so that of two replicas that fire one the second finds its time taken. Taken before any row.</summary>
    Schedules,
}

internal sealed class LockRow
{
    public required string Name { get; init; }
}
