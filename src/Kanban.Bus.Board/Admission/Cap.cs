using Kanban.Bus.Board.Windows;
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
/// <param name="Windows">Its windows; null where it has none.</param>
/// <param name="Window">What they make of it now.</param>
public sealed record Cap(
    CapKey Key, int? Limit, CapSource Source = CapSource.Configured, bool Paused = false, string? PausedReason = null, string? Note = null,
    CapWindows? Windows = null, WindowNow? Window = null)
{
    /// <summary>The most it ever is; null for no cap.</summary>
    public int? Most => Windows is null ? Limit : Windows.Most;

    /// <summary>The window that sets the limit now; null when none does.</summary>
    public string? WindowText => Source is CapSource.Window ? Window?.By?.ToString() : null;

    /// <summary>When its windows change the limit, and to what.</summary>
    public CapChange? NextChange => Source is not CapSource.Parked && Window is { Until: { } until } ? new CapChange(until, Window.Next) : null;

    /// <summary>Nothing starts because its windows say so.</summary>
    public bool IsClosed => Limit is 0 && Source is CapSource.Window;

    /// <summary>As its windows have it at this moment. They come before what a person configured; a gateway's controller stays below them; a person's override comes before them.</summary>
    public Cap Through(string windows, DateTimeOffset now)
    {
        if (CapWindows.Read(windows, Limit) is not { } all)
            return this;
        if (Source is CapSource.Override)
            return this with { Windows = all };
        var at = all.At(now);
        var isMoved = at.By is not null || at.Limit != Limit;
        if (!isMoved || Source is CapSource.Controller && at.Limit >= Limit)
            return this with { Windows = all, Window = at };
        return this with { Limit = at.Limit, Source = CapSource.Window, Windows = all, Window = at };
    }

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
        if (IsClosed)
            return new(WaitCode.Closed, $"{(Key.Kind is CapKind.Global ? "all work" : Key)} is closed{Window?.UntilText}", Key, Window?.Until);
        return Key.Kind switch
        {
            CapKind.Global => new(WaitCode.GlobalCap, $"{used} of {limit} runs are active over all lanes{(Source is CapSource.Settings ? " (Admission:MaxActiveTasks)" : Noted)}", Key),
            CapKind.Lane => new(WaitCode.LaneCap, $"lane {Key.Name} is full{Noted}: {used} of {limit} runs are active", Key),
            CapKind.Board => new(WaitCode.BoardCap, $"board {Key.Name} is full{Noted}: {used} of {limit} runs are active", Key),
            CapKind.Host => new(WaitCode.HostCap, $"host {Key.Name} is full{Noted}: {used} of {limit} runs are active", Key),
            _ when units > limit => new(WaitCode.PoolCap, $"it draws {units} units of pool {Key.Name}, which has {limit}{(Source is CapSource.Window ? Window?.UntilText : Noted)}", Key),
            _ => new(WaitCode.PoolCap, $"{used} of {limit} units of pool {Key.Name}{Noted} are drawn{(units > 1 ? $", and it draws {units}" : "")}", Key),
        };
    }

    /// <summary>What its source says of the limit: for how long it is this one, where a window set it.</summary>
    private string Noted => Source is CapSource.Window ? Window?.WhileText ?? "" : Note is null ? "" : $" ({Note})";
}
