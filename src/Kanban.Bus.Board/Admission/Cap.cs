using Kanban.Bus.Contracts;

namespace Kanban.Bus.Board.Admission;

public enum CapKind
{
    Global,
    Lane,
    Board,
    Host,
    Pool,
}

/// <summary>Names a cap. Lanes, boards, hosts, pools and everything are capped by one mechanism; this tells them apart.</summary>
public readonly record struct CapKey(CapKind Kind, string Name)
{
    public static readonly CapKey Everything = new(CapKind.Global, "");

    public static CapKey Lane(string name) => new(CapKind.Lane, name);

    public static CapKey Board(string key) => new(CapKind.Board, key);

    public static CapKey Host(string name) => new(CapKind.Host, name);

    public static CapKey Pool(string name) => new(CapKind.Pool, name);

    /// <summary>As in <c>pool vllm-a</c>.</summary>
    public override string ToString() => Kind is CapKind.Global ? "the cap over everything" : $"{Storage.Words.Of(Kind)} {Name}";
}

/// <summary>A capacity that runs draw units of. No run starts that would pass it, on whatever path (P3).</summary>
/// <param name="Limit">Units that may be drawn; null for no cap.</param>
/// <param name="Source">Where the limit comes from.</param>
/// <param name="Paused">Nothing that draws from it starts.</param>
/// <param name="Note">What its source says of it for now; null where there is nothing to say.</param>
public sealed record Cap(CapKey Key, int? Limit, CapSource Source = CapSource.Configured, bool Paused = false, string? PausedReason = null, string? Note = null)
{
    /// <summary>Why no more may be drawn of it since that is kept for another task; null when there is room for both.</summary>
    public Wait? WhyNot(int used, int units, Reservation kept) => WhyNot(used + kept.Units, units) is not { } wait
        ? null
        : wait with { Reason = $"{kept.Units} of {Limit} {(Key.Kind is CapKind.Pool ? "units" : "runs")} of {Key} {(kept.Units == 1 ? "is" : "are")} kept for {kept.TaskKey}, whose turn came before, and {used} are {(Key.Kind is CapKind.Pool ? "drawn" : "active")}" };

    /// <summary>Why nothing more may be drawn of it; null when <paramref name="units"/> can be.</summary>
    public Wait? WhyNot(int used, int units)
    {
        if (Paused)
            return new(
                Key.Kind switch { CapKind.Lane => WaitCode.LanePaused, CapKind.Global => WaitCode.AllPaused, _ => WaitCode.PoolPaused },
                $"{(Key.Kind is CapKind.Global ? "all work" : Key)} is paused{(PausedReason is null ? "" : ": " + PausedReason)}", Key);
        if (Limit is not { } limit || used + units <= limit)
            return null;
        if (Source is CapSource.Parked)
            return new(WaitCode.AccountParked, limit == 0 ? Note! : $"{used} of {limit} units of pool {Key.Name} are drawn; {Note}", Key);
        return Key.Kind switch
        {
            CapKind.Global => new(WaitCode.GlobalCap, $"{used} of {limit} runs are active over all lanes{(Source is CapSource.Settings ? " (Admission:MaxActiveTasks)" : "")}", Key),
            CapKind.Lane => new(WaitCode.LaneCap, $"lane {Key.Name} is full: {used} of {limit} runs are active", Key),
            CapKind.Board => new(WaitCode.BoardCap, $"board {Key.Name} is full: {used} of {limit} runs are active", Key),
            CapKind.Host => new(WaitCode.HostCap, $"host {Key.Name} is full: {used} of {limit} runs are active", Key),
            _ when units > limit => new(WaitCode.PoolCap, $"it draws {units} units of pool {Key.Name}, which has {limit}{Noted}", Key),
            _ => new(WaitCode.PoolCap, $"{used} of {limit} units of pool {Key.Name}{Noted} are drawn{(units > 1 ? $", and it draws {units}" : "")}", Key),
        };
    }

    private string Noted => Note is null ? "" : $" ({Note})";
}
