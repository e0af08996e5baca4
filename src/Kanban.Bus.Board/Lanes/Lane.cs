using Kanban.Bus.Contracts;

namespace Kanban.Bus.Board.Lanes;

/// <summary>A named stream of work for one kind of worker, shared by all boards.</summary>
public sealed class Lane
{
    public required string Name { get; init; }

    /// <summary>Most offered and held runs at one time; null for no cap beside its workers' slots.</summary>
    public int? MaxActive { get; set; }

    /// <summary>The profile its workers carry it out with.</summary>
    public string Profile { get; set; } = "shell";

    /// <summary>Pools and the units that each of its runs draws, see <see cref="Pools.Draws"/>.</summary>
    public string Draws { get; set; } = "";

    public RetryMode Retry { get; set; } = RetryMode.Auto;
    public int MaxAttempts { get; set; } = 3;

    /// <summary>Wait before the second attempt; it doubles with each further one, up to an hour, with jitter. 0: at once.</summary>
    public int BackoffSeconds { get; set; } = 5;

    /// <summary>Rules by class of fault where they are not the default, see <see cref="RetryRules"/>.</summary>
    public string Retries { get; set; } = "";

    public int? MaxRuntimeSeconds { get; set; }
    public int? SilenceSeconds { get; set; }
    public int GraceSeconds { get; set; } = 10;
    public OnDisconnect OnDisconnect { get; set; } = OnDisconnect.Continue;

    /// <summary>No run of it is offered or claimed.</summary>
    public bool Paused { get; set; }

    public string? PausedReason { get; set; }
    public DateTimeOffset CreatedAt { get; init; }
}
