using Kanban.Bus.Board.Artifacts;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Pools;
using Kanban.Bus.Board.Tasks;
using Kanban.Bus.Board.Windows;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kanban.Bus.Board.Lanes;

/// <summary>What the fields of a lane may hold.</summary>
public static class LaneRules
{
    public const int MaxActive = 100_000;
    public const int MaxAttempts = 100;
    public const int MaxBackoffSeconds = 3_600;
    public const int MaxSeconds = TaskRules.MaxRuntimeSeconds;
    public const int MaxGraceSeconds = 600;

    public static ProblemHttpResult? WhyNot(EditLane lane)
    {
        List<ProblemError> faults =
        [
            .. TaskRules.Range("/maxActive", "maxActive", lane.MaxActive, 1, MaxActive),
            .. TaskRules.Name("/profile", "profile", lane.Profile),
            .. TaskRules.Range("/maxAttempts", "maxAttempts", lane.MaxAttempts, 1, MaxAttempts),
            .. TaskRules.Range("/backoffSeconds", "backoffSeconds", lane.BackoffSeconds, 0, MaxBackoffSeconds),
            .. TaskRules.Range("/maxRuntimeSeconds", "maxRuntimeSeconds", lane.MaxRuntimeSeconds, 1, MaxSeconds),
            .. TaskRules.Range("/silenceSeconds", "silenceSeconds", lane.SilenceSeconds, 1, MaxSeconds),
            .. TaskRules.Range("/graceSeconds", "graceSeconds", lane.GraceSeconds, 0, MaxGraceSeconds),
            .. WorkspaceRules.Faults("/workspace", lane.Workspace),
            .. PoolRules.Units("/draws", "draws", lane.Draws),
            .. ArtifactRules.Patterns("/artifacts", lane.Artifacts),
            .. RetryRules.Faults("/retries", lane.Retries),
            .. TaskRules.Range("/retryPercent", "retryPercent", lane.RetryPercent, 0, 100),
            .. TaskRules.Range("/retriesPerMinute", "retriesPerMinute", lane.RetriesPerMinute, 0, MaxActive),
            .. TaskRules.Range("/maxRunsPerDay", "maxRunsPerDay", lane.MaxRunsPerDay, 0, MaxActive),
            .. TaskRules.Range("/breakerTasks", "breakerTasks", lane.BreakerTasks, 0, 1_000),
            .. TaskRules.Range("/breakerSeconds", "breakerSeconds", lane.BreakerSeconds, 1, 86_400),
            .. TaskRules.Range("/breakerCoolDownSeconds", "breakerCoolDownSeconds", lane.BreakerCoolDownSeconds, 1, (int)Breaker.LongestCoolDown.TotalSeconds),
            .. WindowRules.Faults(lane.Windows),
            .. ChildLanes.Faults("/childLanes", lane.ChildLanes),
        ];
        return faults.Count > 0 ? Problems.Invalid(faults) : null;
    }

    /// <summary>The fields that a new lane and an edit share.</summary>
    public static EditLane Fields(CreateLane lane) => new(
        lane.MaxActive, lane.Profile, lane.Retry, lane.MaxAttempts, lane.MaxRuntimeSeconds, lane.SilenceSeconds, lane.GraceSeconds, lane.OnDisconnect, lane.BackoffSeconds, lane.Draws,
        Retries: lane.Retries, RetryPercent: lane.RetryPercent, RetriesPerMinute: lane.RetriesPerMinute, MaxRunsPerDay: lane.MaxRunsPerDay,
        BreakerTasks: lane.BreakerTasks, BreakerSeconds: lane.BreakerSeconds, BreakerCoolDownSeconds: lane.BreakerCoolDownSeconds, Windows: lane.Windows, Workspace: lane.Workspace,
        Artifacts: lane.Artifacts, ChildLanes: lane.ChildLanes);
}
