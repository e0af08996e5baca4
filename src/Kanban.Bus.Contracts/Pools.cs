namespace Kanban.Bus.Contracts;

/// <summary>What a pool stands for.</summary>
public enum PoolKind
{
    /// <summary>A resource with so many units: licences, a build cache, a staging system.</summary>
    Fixed,

    /// <summary>An LLM endpoint.</summary>
    Gateway,

    /// <summary>An account whose provider limits it.</summary>
    Account,

    /// <summary>A host, named <c>host:NAME</c>: every run on it draws one unit.</summary>
    Host,

    /// <summary>Everything, named <c>all</c>: every run draws one unit. It is always there.</summary>
    Global,
}

/// <summary>Where the value of a cap comes from that holds now.</summary>
public enum CapSource
{
    /// <summary>The board service's settings (<c>Admission:MaxActiveTasks</c>).</summary>
    Settings,

    /// <summary>A person set it.</summary>
    Configured,

    /// <summary>A window is open.</summary>
    Window,

    /// <summary>The gateway's load moved it.</summary>
    Controller,

    /// <summary>A person overrode the controller.</summary>
    Override,

    /// <summary>An account's limit was met: it is closed until the limit resets, and opens step by step.</summary>
    Parked,
}

/// <summary>Person → board: a new pool.</summary>
/// <param name="Name">Lower-case letters, digits and hyphens, 1 to 40; for a host <c>host:</c> and its name.</param>
/// <param name="Kind">Default <c>fixed</c>, and <c>host</c> for a host's name.</param>
/// <param name="Capacity">Units, 0 to 100,000. Default for a gateway 2; must be given for any other kind.</param>
/// <param name="Floor">A gateway's cap is not moved below.</param>
/// <param name="Ceiling">A gateway's cap is not moved above; null for its capacity.</param>
/// <param name="Profiles">Units that each run of a lane with this profile draws.</param>
/// <param name="Note">For people.</param>
/// <param name="Probe">How a gateway's load is seen; with one, its cap moves between floor and ceiling by itself, beginning at the capacity.</param>
/// <param name="Address">Of the gateway, or of the Prometheus: <c>http://gpu-1:8000</c>.</param>
/// <param name="Key">Name of an environment variable of the board service that holds the key for the probe; it begins with <c>KANBAN_KEY_</c>.</param>
/// <param name="Query">The expression that a Prometheus is asked for.</param>
/// <param name="OverloadAbove">Requests that wait, or the expression's value, from where on it is overloaded. Default for requests 2.</param>
/// <param name="HealthyBelow">At most so much of it is healthy. Default half of <paramref name="OverloadAbove"/>.</param>
/// <param name="Windows">When it has another capacity, as in <c>mon-fri 08:00-18:00 Europe/Berlin = 2</c>; the lowest of those that are open holds.</param>
public sealed record CreatePool(
    string Name,
    PoolKind? Kind = null,
    int? Capacity = null,
    int? Floor = null,
    int? Ceiling = null,
    IReadOnlyDictionary<string, int?>? Profiles = null,
    string? Note = null,
    ProbeKind? Probe = null,
    string? Address = null,
    string? Key = null,
    string? Query = null,
    double? OverloadAbove = null,
    double? HealthyBelow = null,
    IReadOnlyList<string>? Windows = null);

/// <summary>Person → board, JSON merge patch: what is absent stays, <c>null</c> clears; in <c>profiles</c> too.</summary>
/// <param name="Capacity">Of a gateway with a probe: where its cap goes on from, or, held, what it stays.</param>
/// <param name="Reason">Why; kept in the history.</param>
/// <param name="Probe">Null for a cap that nothing moves.</param>
/// <param name="Hold">True: the cap stays as it is, or as <paramref name="Capacity"/> says, until false releases it to the controller.</param>
/// <param name="Windows">All of them; what is left out goes.</param>
public sealed record EditPool(
    int? Capacity = null,
    int? Floor = null,
    int? Ceiling = null,
    IReadOnlyDictionary<string, int?>? Profiles = null,
    string? Note = null,
    string? Reason = null,
    ProbeKind? Probe = null,
    string? Address = null,
    string? Key = null,
    string? Query = null,
    double? OverloadAbove = null,
    double? HealthyBelow = null,
    bool? Hold = null,
    IReadOnlyList<string>? Windows = null);

/// <summary>When a cap changes by itself, and to what; null for no cap.</summary>
public sealed record CapChange(DateTimeOffset At, int? Limit);

/// <param name="Capacity">As configured; null for none, which only <c>all</c> has.</param>
/// <param name="Limit">What holds now; null for no cap.</param>
/// <param name="Source">Where <paramref name="Limit"/> comes from.</param>
/// <param name="Used">Units drawn by live runs, unclaimed offers included.</param>
/// <param name="Offered">Those of them that unclaimed offers draw.</param>
/// <param name="ParkedUntil">When an account's limit resets; null when it is not parked. Until then nothing draws from it.</param>
/// <param name="ParkedReason">By which run.</param>
/// <param name="OpenAt">When it has all its units again: after <paramref name="ParkedUntil"/> it starts with one, and doubles.</param>
/// <param name="Gateway">Of a gateway with a probe.</param>
/// <param name="Windows">When it has another capacity.</param>
/// <param name="Window">The one of them that sets <paramref name="Limit"/> now; null when none does.</param>
/// <param name="NextChange">When its windows change <paramref name="Limit"/> next; null when they don't.</param>
public sealed record PoolView(
    string Name,
    PoolKind Kind,
    int? Capacity,
    int? Floor,
    int? Ceiling,
    int? Limit,
    CapSource Source,
    int Used,
    int Offered,
    bool Paused,
    string? PausedReason,
    IReadOnlyDictionary<string, int> Profiles,
    string? Note,
    long Version,
    DateTimeOffset CreatedAt,
    IReadOnlyList<string> Windows,
    DateTimeOffset? ParkedUntil = null,
    string? ParkedReason = null,
    DateTimeOffset? OpenAt = null,
    GatewayView? Gateway = null,
    string? Window = null,
    CapChange? NextChange = null);

/// <summary>Every cap with what is drawn of it, read at one moment.</summary>
/// <param name="Faults">What does not add up, a sentence each; empty when all is well.</param>
public sealed record LedgerView(IReadOnlyList<CapView> Caps, IReadOnlyList<string> Faults);

/// <param name="Cap">As in <c>lane codex</c>, <c>pool vllm-a</c>, <c>host gpu-1</c>.</param>
/// <param name="Over">More is drawn than it allows since it was lowered; nothing new starts until it is under.</param>
public sealed record CapView(string Cap, int? Limit, CapSource Source, int Used, int Offered, bool Paused, bool Over);
