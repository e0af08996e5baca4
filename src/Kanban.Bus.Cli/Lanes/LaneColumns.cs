using System.Globalization;
using Kanban.Bus.Cli.Pools;
using Kanban.Bus.Cli.Printing;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Cli.Lanes;

/// <summary>How lanes are printed.</summary>
internal static class LaneColumns
{
    public static Columns<LaneView> All { get; } = new(
        lane => lane.Name,
        new("NAME", lane => lane.Name),
        new("STATE", lane => State(lane)),
        new("CAP", lane => lane.Limit?.ToString(CultureInfo.InvariantCulture) ?? "-", lane => $"{lane.Limit}"),
        new("READY", lane => $"{lane.Ready}"),
        new("OFFERED", lane => $"{lane.Offered}"),
        new("RUNNING", lane => $"{lane.Running}"),
        new("SLOTS", lane => $"{lane.Slots}"),
        new("WORKERS", lane => $"{lane.Workers}"),
        new("PROFILE", lane => lane.Profile),
        new("NOTE", lane => lane.Problem ?? lane.PausedReason ?? lane.Breaker?.Error),
        new("DRAWS", lane => Units.Text(lane.Draws)),
        new("FROM", lane => Words.Of(lane.Source)),
        new("NEXT", lane => Windows.Next(lane.NextChange)));

    public static string Sentence(LaneView lane) =>
        $"Lane {lane.Name} is {(State(lane) is "broken" ? $"held by its breaker (\"{lane.Breaker!.Error}\")" : State(lane))}: cap {lane.Limit?.ToString(CultureInfo.InvariantCulture) ?? "none"}, {lane.Running} running, "
        + $"{lane.Slots} slots of {lane.Workers} workers.{(Windows.Next(lane.NextChange) is { } next ? $" By its windows: {next}." : "")}{(lane.Problem is { } problem ? " " + problem : "")}";

    public static string State(LaneView lane) => lane switch
    {
        { Problem: not null } => "problem",
        { Paused: true } => "paused",
        { Breaker: not null } => "broken",
        { Limit: 0 } => "closed",
        _ => "open",
    };
}
