using System.CommandLine;
using Kanban.Bus.Cli.Pools;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Cli.Lanes;

/// <summary><c>kanban lane show NAME</c></summary>
internal static class LaneShow
{
    public static Command Build(App app)
    {
        var name = new Argument<string>("NAME") { Description = "The lane" };
        return app.On(new Command("show", "Show a lane: its load, its limits, how it retries, and its breaker") { name }, async (call, ct) =>
        {
            var lane = await call.Board.LaneAsync(call.Get(name), ct);
            call.Output.Fields(lane, lane.Name, Fields(lane));
            return ExitCode.Ok;
        });
    }

    private static List<(string Name, string? Value)> Fields(LaneView lane) =>
    [
        ("name", lane.Name),
        ("state", LaneColumns.State(lane)),
        ("profile", lane.Profile),
        ("cap", lane.Limit is { } limit ? $"{limit} ({Words.Of(lane.Source)})" : "none"),
        ("configured", $"{lane.MaxActive}"),
        ("window", lane.Window),
        ("next", Windows.Next(lane.NextChange)),
        ("windows", string.Join("; ", lane.Windows)),
        ("hold before close", lane.HoldBeforeClose ? "yes" : null),
        ("running", $"{lane.Running}"),
        ("offered", $"{lane.Offered}"),
        ("ready", $"{lane.Ready}"),
        ("slots", $"{lane.Slots} of {lane.Workers} workers"),
        ("binds", lane.Binds),
        ("paused", lane.Paused ? lane.PausedReason ?? "yes" : null),
        ("problem", lane.Problem),
        ("draws", Units.Text(lane.Draws)),
        ("children in", lane.ChildLanes is { Count: > 0 } lanes ? string.Join(", ", lanes) : "any lane"),
        ("retry", $"{Words.Of(lane.Retry)}, at most {lane.MaxAttempts} attempts"),
        ("retries", lane.Retries is { } rules ? string.Join(' ', rules.Select(r => Retries.Text(r.Key, r.Value))) : null),
        ("retry budget", $"{lane.RetryPercent} % of the runs of a minute, or {lane.RetriesPerMinute}"),
        ("runs a day", lane.MaxRunsPerDay == 0 ? "any number" : $"{lane.MaxRunsPerDay} of one task"),
        ("breaker", Breaker(lane)),
        ("max runtime", lane.MaxRuntimeSeconds is { } runtime ? Times.Text(runtime) : null),
        ("silence", lane.SilenceSeconds is { } silence ? Times.Text(silence) : null),
        ("grace", Times.Text(lane.GraceSeconds)),
        ("on disconnect", Words.Of(lane.OnDisconnect)),
    ];

    private static string Breaker(LaneView lane) => lane.Breaker is { } open
        ? $"{Words.Of(open.State)} since {Times.Iso(open.Since)} after {open.Tasks} tasks failed with \"{open.Error}\"; "
            + (open.Canary is { } canary ? $"canary {canary} tries" : $"a canary goes at {Times.Iso(open.CanaryAt)}")
        : lane.BreakerTasks == 0 ? "none" : $"closed; opens after {lane.BreakerTasks} tasks fail alike within {Times.Text(lane.BreakerSeconds)}";
}
