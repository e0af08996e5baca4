using System.Globalization;
using Kanban.Bus.Board.Boards;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Lanes;
using Kanban.Bus.Board.Pools;
using Kanban.Bus.Board.Windows;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Board.Simulation;

/// <summary>Changes copies of what has caps as a person proposes it. Nothing is saved.</summary>
internal sealed class Proposal(List<Lane> lanes, List<TaskBoard> boards, List<Pool> pools)
{
    private const string WindowSuffix = ".window";

    /// <returns>What is wrong with it; null when it was applied.</returns>
    public ProblemError? Apply(string name, string value)
    {
        var pointer = "/set/" + name;
        var window = name.EndsWith(WindowSuffix, StringComparison.Ordinal);
        var target = window ? name[..^WindowSuffix.Length] : name;
        if (Setters(target) is not { } setters)
            return new(pointer, $"'{name}' names no cap: it is pool.NAME, lane.NAME, board.KEY, host.NAME or all, of those that there are, with .window behind it for windows.");
        if (window)
        {
            var windows = value is "none" or "" ? [] : value.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            if (WindowRules.Faults(windows).FirstOrDefault() is { } fault)
                return fault with { Pointer = pointer };
            setters.Windows(WindowRules.Column(windows));
            return null;
        }

        if (value is "none")
        {
            if (!setters.MayHaveNone)
                return new(pointer, $"'{name}' always has a cap: give it 0 to {PoolRules.MaxCapacity} units.");
            setters.Units(null);
            return null;
        }

        if (!int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var units) || units > PoolRules.MaxCapacity)
            return new(pointer, $"'{name}' is '{value}'; it is 0 to {PoolRules.MaxCapacity}{(setters.MayHaveNone ? ", or none" : "")}.");
        setters.Units(units);
        return null;
    }

    private (Action<int?> Units, Action<string> Windows, bool MayHaveNone)? Setters(string target)
    {
        var (kind, name) = target.Split('.', 2) is [var first, var rest] ? (first, rest) : (target, "");
        switch (kind)
        {
            case "lane" when lanes.Find(l => l.Name == name) is { } lane:
                return (units => lane.MaxActive = units, windows => lane.Windows = windows, true);
            case "board" when boards.Find(b => b.Key == name) is { } board:
                return (units => board.MaxActive = units, windows => board.Windows = windows, true);
            case "pool" or "host" or "all" when PoolOf(kind, name) is { } pool:
                // A number in the place of what a controller would make of it.
                return (units => (pool.Capacity, pool.Gateway) = (units, null), windows => pool.Windows = windows, pool.Kind is PoolKind.Global);
            default:
                return null;
        }
    }

    private Pool? PoolOf(string kind, string name)
    {
        var row = kind switch { "host" => Pool.HostPrefix + name, "all" when name.Length == 0 => Pool.Everything, _ => name };
        var pool = pools.Find(p => p.Name == row);
        // What if that host had a cap?
        if (pool is null && kind is "host" && name.Length > 0)
            pools.Add(pool = new Pool { Name = row, Kind = PoolKind.Host });
        return pool;
    }
}
