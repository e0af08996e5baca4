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
        IReadOnlyList<ReadyTask>? ready = null, IReadOnlyList<Cap>? caps = null, OrderRules? order = null, TimeSpan? later = null) => new(
        (caps ?? []).ToDictionary(c => c.Key), 0, (lanes ?? [Lane("shell")]).ToDictionary(l => l.Name), workers ?? [], live ?? [], ready ?? [], later is { } past ? Start + past : default)
        {
            Order = order ?? OrderRules.None,
        };

    /// <summary>Steps of ten minutes, and starvation after five.</summary>
    public static OrderRules Order(IReadOnlyDictionary<string, int>? weights = null, params IReadOnlyList<Reservation> kept) =>
        OrderRules.None with { Weights = weights ?? OrderRules.None.Weights, Reservations = kept };

    public static LaneRow Lane(string name, string draws = "") => new(name, "shell", Draws.Read(draws), null);

    public static LiveRuns Live(string lane, string? worker, int count, string board = "main", string draws = "", string? host = null, string fairKey = "") =>
        new(lane, board, RequirementSet.Of(host, ""), host, "", worker, count, worker is null ? null : "host-" + worker, draws, fairKey);

    public static FleetMember Member(string id, string lanes, bool takesWork = true, string[]? capabilities = null, string? host = null) => new(
        id, host ?? "host-" + id, takesWork, new HashSet<string> { "shell" }, capabilities ?? [],
        lanes.Split(' ').Select(l => l.Split('=')).ToDictionary(l => l[0], l => int.Parse(l[1], System.Globalization.CultureInfo.InvariantCulture)));

    /// <summary>Ready so many seconds after <see cref="Start"/> as its number says.</summary>
    public static ReadyTask Task(
        int number, string lane = "shell", int priority = 0, string board = "main", string? host = null, string needs = "", string draws = "", string fairKey = "") =>
        new(Id(number), $"{board}-{number}", board, lane, RequirementSet.Of(host, needs), host, needs, Start.AddSeconds(number) - priority * OrderRules.None.Step, draws, fairKey);

    public static Guid Id(int number) => new(number, 0, 0, new byte[8]);

    public static IEnumerable<string> Offered(Snapshot snapshot) => Admit.Decide(snapshot).Offers.Select(p => p.Task.Key);
}
