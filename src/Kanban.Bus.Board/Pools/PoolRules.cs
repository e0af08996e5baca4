using Kanban.Bus.Board.Gateways;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Tasks;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kanban.Bus.Board.Pools;

/// <summary>What the fields of a pool, and draws from pools, may hold.</summary>
public static class PoolRules
{
    public const int MaxCapacity = 100_000;
    public const int NoteLength = 500;

    /// <summary>Null when a pool may be so.</summary>
    public static ProblemHttpResult? WhyNot(Pool pool)
    {
        List<ProblemError> faults =
        [
            .. TaskRules.Range("/capacity", "capacity", pool.Capacity, 0, MaxCapacity),
            .. TaskRules.Range("/floor", "floor", pool.Floor, 0, MaxCapacity),
            .. TaskRules.Range("/ceiling", "ceiling", pool.Ceiling, 0, MaxCapacity),
            .. Shape(pool),
            .. GatewayRules.Faults(pool),
            .. TaskRules.Prose("/note", "note", pool.Note, NoteLength),
        ];
        return faults.Count > 0 ? Problems.Invalid(faults) : null;
    }

    public static IEnumerable<ProblemError> Name(string name)
    {
        if (name == Pool.Everything)
            yield return new("/name", "'all' stands for everything and is always there: change it instead.");
        else if (!Limits.Name.IsMatch(name.StartsWith(Pool.HostPrefix, StringComparison.Ordinal) ? name[Pool.HostPrefix.Length..] : name))
            yield return new("/name", $"'name' is lower-case letters, digits and hyphens, 1 to 40; for a host, its name after '{Pool.HostPrefix}'; given was '{TaskRules.Shown(name)}'.");
    }

    /// <summary>Units by pool, or by profile. Whether those pools are there is another question, see <see cref="KnownPools"/>.</summary>
    public static IEnumerable<ProblemError> Units(string at, string field, IReadOnlyDictionary<string, int?>? draws)
    {
        if (draws?.Count > Draws.MaxPools)
            yield return new(at, $"'{field}' names {draws.Count}; at most {Draws.MaxPools} are allowed.");
        foreach (var (name, units) in draws ?? new Dictionary<string, int?>())
        {
            if (!Limits.Name.IsMatch(name))
                yield return new(at, $"A name in '{field}' is lower-case letters, digits and hyphens, 1 to 40; given was '{TaskRules.Shown(name)}'.");
            if (units is < 1 or > Draws.MaxUnits)
                yield return new($"{at}/{TaskRules.Shown(name)}", $"Units are 1 to {Draws.MaxUnits}; given was {units}.");
        }
    }

    private static IEnumerable<ProblemError> Shape(Pool pool)
    {
        if (pool.Capacity is null && pool.Kind is not PoolKind.Global)
            yield return new("/capacity", "'capacity' is missing: how many units it has.");
        if ((pool.Floor ?? pool.Ceiling) is not null && pool.Kind is not PoolKind.Gateway)
            yield return new(pool.Floor is null ? "/ceiling" : "/floor", "Only a gateway's cap moves between a floor and a ceiling.");
        else if (pool.Floor > (pool.Ceiling ?? pool.Capacity))
            yield return new("/floor", $"'floor' is at most {(pool.Ceiling is null ? "the capacity" : "'ceiling'")}: {pool.Floor} is more than {pool.Ceiling ?? pool.Capacity}.");
        if (pool.Profiles.Length > 0 && pool.Kind is PoolKind.Host or PoolKind.Global)
            yield return new("/profiles", $"Every run {(pool.Kind is PoolKind.Host ? "on the host " : "")}draws one unit of it, whatever its profile.");
    }
}
