using Kanban.Bus.Board.Admission;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Board.Lanes;

/// <summary>A named stream of work for one kind of worker, shared by all boards.</summary>
public sealed class Lane
{
    public required string Name { get; init; }

    /// <summary>Most offered and held runs at one time; null for no cap beside its workers' slots.</summary>
    public int? MaxActive { get; set; }

    /// <summary>When it is open or has another cap, see <see cref="Windows.WindowRules"/>.</summary>
    public string Windows { get; set; } = "";

    /// <summary>What would not end before a window closes waits.</summary>
    public bool HoldBeforeClose { get; set; }

    /// <summary>The profile its workers carry it out with.</summary>
    public string Profile { get; set; } = "shell";

    /// <summary>Where its runs work, see <see cref="Tasks.WorkspaceRules"/>; null for a fresh directory each.</summary>
    public string? Workspace { get; set; }

    /// <summary>Pools and the units that each of its runs draws, see <see cref="Pools.Draws"/>.</summary>
    public string Draws { get; set; } = "";

    /// <summary>Files of the workspace that the board keeps when a run has ended, see <see cref="Artifacts.ArtifactRules"/>.</summary>
    public string Artifacts { get; set; } = "";

    /// <summary>Lanes in which its runs may make children, see <see cref="Lanes.ChildLanes"/>; empty for any.</summary>
    public string ChildLanes { get; set; } = "";

    public RetryMode Retry { get; set; } = RetryMode.Auto;
    public int MaxAttempts { get; set; } = 3;

    /// <summary>Wait before the second attempt; it doubles with each further one, up to an hour, with jitter. 0: at once.</summary>
    public int BackoffSeconds { get; set; } = 5;

    /// <summary>Rules by class of fault where they are not the default, see <see cref="RetryRules"/>.</summary>
    public string Retries { get; set; } = "";

    /// <summary>Share of the runs of a minute that may be retries, see <see cref="RetryBudget"/>.</summary>
    public int RetryPercent { get; set; } = 20;

    /// <summary>Retries that may start in a minute whatever the share.</summary>
    public int RetriesPerMinute { get; set; } = 10;

    /// <summary>Runs of one task within a day before it is set aside; 0 for any number.</summary>
    public int MaxRunsPerDay { get; set; } = 50;

    /// <summary>Tasks that fail alike before its breaker opens; 0 for never.</summary>
    public int BreakerTasks { get; set; } = 5;

    /// <summary>The stretch within which they do.</summary>
    public int BreakerSeconds { get; set; } = 600;

    /// <summary>Until its first canary.</summary>
    public int BreakerCoolDownSeconds { get; set; } = 60;

    /// <summary>Null while its work goes on.</summary>
    public Breaker? Breaker { get; set; }

    /// <summary>Failures from before count no more.</summary>
    public DateTimeOffset? BreakerClosedAt { get; set; }

    public int? MaxRuntimeSeconds { get; set; }
    public int? SilenceSeconds { get; set; }
    public int GraceSeconds { get; set; } = 10;
    public OnDisconnect OnDisconnect { get; set; } = OnDisconnect.Continue;

    /// <summary>No run of it is offered or claimed.</summary>
    public bool Paused { get; set; }

    public string? PausedReason { get; set; }
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>The cap that holds at this moment.</summary>
    public Cap Effective(DateTimeOffset now) => new Cap(CapKey.Lane(Name), MaxActive, Paused: Paused, PausedReason: PausedReason).Through(Windows, now);
}
