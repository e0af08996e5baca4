using Kanban.Bus.Board.Fleet;
using Kanban.Bus.Board.Lanes;

namespace Kanban.Bus.Board.Admission;

/// <summary>All that admission decides on, read in one transaction.</summary>
/// <param name="Caps">Every cap that limits or is paused, of whatever kind.</param>
/// <param name="LookAhead">Offers per queue beyond the free slots of its workers.</param>
/// <param name="Ready">Ready tasks without a live run, in any order.</param>
/// <param name="Live">Runs that hold units, offered or held, counted.</param>
/// <param name="Now">The database's clock when it was read.</param>
public sealed record Snapshot(
    IReadOnlyDictionary<CapKey, Cap> Caps,
    int LookAhead,
    IReadOnlyDictionary<string, LaneRow> Lanes,
    IReadOnlyList<FleetMember> Workers,
    IReadOnlyList<LiveRuns> Live,
    IReadOnlyList<ReadyTask> Ready,
    DateTimeOffset Now = default)
{
    /// <summary>Who of them comes first.</summary>
    public OrderRules Order { get; init; } = OrderRules.None;

    /// <summary>Nothing is ready, so nothing is decided.</summary>
    public static readonly Snapshot Empty = new(new Dictionary<CapKey, Cap>(), 0, new Dictionary<string, LaneRow>(), [], [], []);

    /// <summary>The caps that a run of this task falls under, but for a host's.</summary>
    public IEnumerable<Cap> CapsOf(ReadyTask task) =>
        new[] { CapKey.Everything, CapKey.Lane(task.Lane), CapKey.Board(task.Board) }
            .Concat(Pools.Draws.Join(Lanes.GetValueOrDefault(task.Lane)?.Pools ?? Pools.Draws.None, Pools.Draws.Read(task.Draws)).Keys.Select(CapKey.Pool))
            .Select(Caps.GetValueOrDefault).OfType<Cap>();
}

/// <param name="Pools">What each of its runs draws, by itself or by its profile.</param>
/// <param name="Problem">What is wrong with its queue on the broker; null when nothing is.</param>
/// <param name="Refused">It stays so until a person acts, and offers that wait can't be claimed.</param>
/// <param name="HoldsBeforeClose">What would not end before a window closes waits, see <see cref="BeforeClose"/>.</param>
/// <param name="Usual">Nine in ten of its last runs took no longer; null where that is not asked for, or not known.</param>
public sealed record LaneRow(
    string Name, string Profile, IReadOnlyDictionary<string, int> Pools, string? Problem, bool Refused = false,
    bool HoldsBeforeClose = false, TimeSpan? Usual = null)
{
    /// <summary>Null while its work goes on.</summary>
    public Breaker? Breaker { get; init; }

    /// <summary>What it has spent is only read where something is to be tried again.</summary>
    public RetryBudget Budget { get; init; } = RetryBudget.Unlimited;

    /// <summary>Of one of its tasks; 0 for any number.</summary>
    public int MaxRunsPerDay { get; init; }
}

/// <param name="Host">The one its tasks ask for.</param>
/// <param name="WorkerId">Who holds them; null for offers that nobody has claimed.</param>
/// <param name="HeldOn">The host of who holds them.</param>
/// <param name="Draws">What each of them draws, fixed when it was admitted.</param>
/// <param name="FairKey">Whose they are, see <see cref="AdmissionGroup"/>.</param>
public sealed record LiveRuns(
    string Lane, string Board, string RequirementSet, string? Host, string Needs, string? WorkerId, int Count, string? HeldOn = null, string Draws = "", string FairKey = "")
{
    public bool Offered => WorkerId is null;

    public IReadOnlyDictionary<string, int> Pools { get; } = Kanban.Bus.Board.Pools.Draws.Read(Draws);
}

/// <param name="Draws">What it asks for by itself, beside its lane.</param>
/// <param name="FairKey">See <see cref="AdmissionGroup"/>.</param>
/// <param name="Retry">Its run would try again what has failed, see <see cref="Lanes.Retries"/>.</param>
public sealed record ReadyTask(
    Guid Id, string Key, string Board, string Lane, string RequirementSet, string? Host, string Needs, DateTimeOffset TurnAt, string Draws = "", string FairKey = "", bool Retry = false,
    int? MaxRuntimeSeconds = null)
{
    public Place Place => new(TurnAt, Id);
}
