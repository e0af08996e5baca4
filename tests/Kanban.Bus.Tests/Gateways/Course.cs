using Kanban.Bus.Board.Gateways;

namespace Kanban.Bus.Tests.Gateways;

/// <summary>A controller under way: a look every two seconds, with a stretch of 15 s and a cool-down of 5 s, of a gateway whose limit was met before.</summary>
internal sealed class Course(int cap, int floor = 1, int ceiling = 16)
{
    public static readonly TimeSpan Every = TimeSpan.FromSeconds(2);

    public static readonly Signals Healthy = new() { Waiting = 0, Running = 1 };
    public static readonly Signals Overload = new() { Waiting = 9 };

    private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public ControllerState State { get; private set; } = new(cap, Failed: 99);

    public Tuning Tuning { get; } = new(floor, ceiling, 2, 1, new GatewayOptions { HealthyFor = TimeSpan.FromSeconds(15), CoolDown = TimeSpan.FromSeconds(5) });

    /// <summary>Nothing is known of its limit.</summary>
    public Course New()
    {
        State = State with { Failed = null };
        return this;
    }

    public List<CapMove> Moves { get; } = [];

    /// <param name="used">Units drawn; the whole cap when null.</param>
    public CapMove? Look(Signals signals, int? used = null)
    {
        _now += Every;
        (State, var move) = Controller.Step(State, signals with { Used = used ?? State.Cap }, Tuning, _now);
        if (move is not null)
            Moves.Add(move);
        return move;
    }

    /// <summary>Looks until the cap moves.</summary>
    /// <returns>The move and how many looks it took; null when it did not move in so many.</returns>
    public (CapMove Move, int Looks)? Until(Signals signals, int within = 500)
    {
        for (var look = 1; look <= within; look++)
            if (Look(signals) is { } move)
                return (move, look);
        return null;
    }

    public Course Looks(int count, Signals signals, int? used = null)
    {
        for (var i = 0; i < count; i++)
            Look(signals, used);
        return this;
    }
}
