using Kanban.Bus.Board.Admission;
using Kanban.Bus.Board.Fleet;
using Kanban.Bus.Board.Pools;

namespace Kanban.Bus.Tests.Admission;

/// <summary>Snapshots for the decision alone, without a database.</summary>
internal static class Worlds
{
    public static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static Snapshot World(
        IReadOnlyList<LaneRow>? lanes = null, IReadOnlyList<FleetMember>? workers = null, IReadOnlyList<LiveRuns>? live = null,
        IReadOnlyList<ReadyTask>? ready = null, IReadOnlyList<Cap>? caps = null) => new(
        (caps ?? []).ToDictionary(c => c.Key), 0, (lanes ?? [Lane("shell")]).ToDictionary(l => l.Name), workers ?? [], live ?? [],
        [.. (ready ?? []).OrderByDescending(t => t.Priority).ThenBy(t => t.ReadyAt)]);

    public static LaneRow Lane(string name, string draws = "") => new(name, "shell", Draws.Read(draws), null);

    public static LiveRuns Live(string lane, string? worker, int count, string board = "main", string draws = "", string? host = null) =>
        new(lane, board, RequirementSet.Of(host, ""), host, "", worker, count, worker is null ? null : "host-" + worker, draws);

    public static FleetMember Member(string id, string lanes, bool takesWork = true, string[]? capabilities = null, string? host = null) => new(
        id, host ?? "host-" + id, takesWork, new HashSet<string> { "shell" }, capabilities ?? [],
        lanes.Split(' ').Select(l => l.Split('=')).ToDictionary(l => l[0], l => int.Parse(l[1], System.Globalization.CultureInfo.InvariantCulture)));

    public static ReadyTask Task(int number, string lane = "shell", int priority = 0, string board = "main", string? host = null, string needs = "", string draws = "") =>
        new(Id(number), $"{board}-{number}", board, lane, RequirementSet.Of(host, needs), host, needs, priority, Start.AddSeconds(number), draws);

    public static Guid Id(int number) => new(number, 0, 0, new byte[8]);

    public static IEnumerable<string> Offered(Snapshot snapshot) => Admit.Decide(snapshot).Offers.Select(p => p.Task.Key);
}
