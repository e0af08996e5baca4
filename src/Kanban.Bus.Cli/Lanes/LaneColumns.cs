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
        new("STATE", lane => lane.Problem is not null ? "problem" : lane.Paused ? "paused" : lane.Breaker is not null ? "broken" : "open"),
        new("CAP", lane => lane.MaxActive?.ToString(CultureInfo.InvariantCulture) ?? "-", lane => $"{lane.MaxActive}"),
        new("READY", lane => $"{lane.Ready}"),
        new("OFFERED", lane => $"{lane.Offered}"),
        new("RUNNING", lane => $"{lane.Running}"),
        new("SLOTS", lane => $"{lane.Slots}"),
        new("WORKERS", lane => $"{lane.Workers}"),
        new("PROFILE", lane => lane.Profile),
        new("NOTE", lane => lane.Problem ?? lane.PausedReason ?? lane.Breaker?.Error),
        new("DRAWS", lane => Units.Text(lane.Draws)));

    public static string Sentence(LaneView lane) =>
        $"Lane {lane.Name} is {(lane.Paused ? "paused" : lane.Breaker is { } broken ? $"held by its breaker (\"{broken.Error}\")" : "open")}: cap {lane.MaxActive?.ToString(CultureInfo.InvariantCulture) ?? "none"}, {lane.Running} running, "
        + $"{lane.Slots} slots of {lane.Workers} workers.{(lane.Problem is { } problem ? " " + problem : "")}";
}
