using Kanban.Bus.Contracts;

namespace Kanban.Bus.Board.Gateways;

/// <summary>Moves a gateway's cap: halves it on overload, or takes the share that waits where the gateway tells it; adds one after a healthy stretch in which it was drawn. A pure function over what it knew, what a look saw, and the time.</summary>
/// <remarks>
/// Until the first overload it looks for the limit, with short stretches. It remembers the last cap that stood. After an overload it goes back there by half of the
/// way at a time; beyond it, it goes one by one, and waits twice as long after each time that did not stand. It only says what may start: nothing that runs is ended.
/// </remarks>
public static class Controller
{
    /// <summary>The longest wait before the stable cap is passed again, in doublings of <see cref="GatewayOptions.HealthyFor"/>.</summary>
    private const int MostDoublings = 4;

    /// <summary>A look that overload is believed after, when no request has failed yet.</summary>
    private const int Believed = 2;

    /// <summary>Of a latency that is seen, how much goes into what is usual.</summary>
    private const double Pace = 1 / 8.0;

    /// <param name="now">The database's clock.</param>
    /// <returns>What it knows now, and the move, if there is one.</returns>
    public static (ControllerState State, CapMove? Move) Step(ControllerState was, Signals signals, Tuning tuning, DateTimeOffset now)
    {
        var state = was with { Cap = Math.Clamp(was.Cap, tuning.Floor, tuning.Ceiling) };
        if (signals.Dead is { } dead)
            return Missed(state, dead, tuning);
        if (state.Frozen is not null)
            return (state with { Frozen = null, Misses = 0, CalmSince = null, Overloads = 0 }, new(CapMoveKind.Thawed, state.Cap, state.Cap, "its probe answers again"));
        var load = Load.Of(signals, state, tuning);
        state = Learn(state, signals, load.Healthy || state.Cap == tuning.Floor) with { Misses = 0 };
        return load.Overload is { } why ? Overloaded(state, signals, load, why, tuning, now) : Relieved(state, signals, load, tuning, now);
    }

    private static (ControllerState, CapMove?) Missed(ControllerState state, string dead, Tuning tuning)
    {
        state = state with { Misses = state.Misses + 1, CalmSince = null, Overloads = 0 };
        if (state.Misses < tuning.Options.DeadAfter || state.Frozen is not null)
            return (state, null);
        var why = $"its probe is dead: {dead}";
        return (state with { Frozen = why }, new(CapMoveKind.Frozen, state.Cap, state.Cap, why));
    }

    private static (ControllerState, CapMove?) Overloaded(ControllerState state, Signals signals, Load load, string why, Tuning tuning, DateTimeOffset now)
    {
        state = state with { CalmSince = null, Overloads = state.Overloads + 1 };
        // More runs than the cap allows: they were admitted before the last move, and what it brings shows when they have ended.
        if (IsCooling(state, tuning, now) || signals.Used > state.Cap || !load.Sure && state.Overloads < Believed)
            return (state, null);
        var from = state.Cap;
        // Of what is drawn: a share of a cap that nobody uses up would change nothing.
        var drawn = IsSaturated(state, signals) ? from : signals.Used;
        var to = Math.Max(tuning.Floor, (int)(drawn * load.Keep));
        if (to >= from)
            return (state, null);
        var passed = from > state.Stable;
        state = state with
        {
            Cap = to,
            MovedAt = now,
            Overloads = 0,
            Failed = from,
            // What stood before still stands when only the step beyond it failed; else it is no measure any more.
            Stable = passed ? state.Stable : (from + to) / 2,
            Overshoots = passed ? Math.Min(state.Overshoots + 1, MostDoublings) : 0,
        };
        return (state, new(CapMoveKind.Lowered, from, to, why));
    }

    private static (ControllerState, CapMove?) Relieved(ControllerState state, Signals signals, Load load, Tuning tuning, DateTimeOffset now)
    {
        state = state with { Overloads = 0, CalmSince = load.Healthy && IsSaturated(state, signals) ? state.CalmSince ?? now : null };
        var back = state.Cap < state.Stable;
        var stretch = back || state.Failed is null ? tuning.Options.HealthyFor / 4 : tuning.Options.HealthyFor * (1 << state.Overshoots);
        if (state.CalmSince is not { } since || now - since < stretch || IsCooling(state, tuning, now))
            return (state, null);
        var from = state.Cap;
        var to = Math.Min(tuning.Ceiling, back ? from + Math.Max(1, (state.Stable!.Value - from + 1) / 2) : from + 1);
        state = back ? state : state with { Stable = from, Overshoots = from > state.Stable ? 0 : state.Overshoots };
        if (to == from)
            return (state, null);
        return (state with { Cap = to, MovedAt = now, CalmSince = null },
            new(CapMoveKind.Raised, from, to, back ? $"healthy again, on the way back to {state.Stable}" : $"healthy with {signals.Used} of {from} drawn"));
    }

    /// <summary>Most of the cap is drawn: between two runs on a unit there is always a gap.</summary>
    private static bool IsSaturated(ControllerState state, Signals signals) => signals.Used * 4 >= state.Cap * 3;

    private static bool IsCooling(ControllerState state, Tuning tuning, DateTimeOffset now) => state.MovedAt is { } moved && now - moved < tuning.Options.CoolDown;

    /// <summary>What is usual is learnt while all is well, and at the floor, where no lower cap could better it.</summary>
    private static ControllerState Learn(ControllerState state, Signals signals, bool usual) => !usual ? state : state with
    {
        Baseline = Blend(state.Baseline, signals.LatencyMs),
        RunBaseline = Blend(state.RunBaseline, signals.RunLatencyMs),
    };

    private static double? Blend(double? known, double? seen) => seen is null ? known : known is null ? seen : known + (seen - known) * Pace;
}
