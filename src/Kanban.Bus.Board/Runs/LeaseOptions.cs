using System.ComponentModel.DataAnnotations;

namespace Kanban.Bus.Board.Runs;

/// <summary>How long a worker may hold a run, and how often it must say it is alive.</summary>
public sealed class LeaseOptions
{
    public const string Section = "Lease";

    /// <summary>Time from grant, or from the last renewal, to expiry. Default 30 s; 3 s to 1 h.</summary>
    /// <remarks>Longer means slower recovery after a crash; shorter means more false expiries under load.</remarks>
    [Range(typeof(TimeSpan), "00:00:03", "01:00:00")]
    public TimeSpan Duration { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Between two heartbeats of a worker. Default 5 s; at most a third of the lease.</summary>
    /// <remarks>Shorter means earlier news of cancels where the broker's hint is lost; longer means less load.</remarks>
    [Range(typeof(TimeSpan), "00:00:00.2", "00:20:00")]
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(5);
}
