using System.Text.RegularExpressions;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Pools;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Board.Tasks;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Board.Gateways;

/// <summary>What the fields of a probe may hold.</summary>
public static partial class GatewayRules
{
    public const int AddressLength = 300;
    public const int QueryLength = 1_000;
    public const double DefaultOverloadAbove = 2;

    /// <summary>Before the name of a variable that holds a key, so that no other secret of the board can be sent to an address.</summary>
    public const string KeyPrefix = "KANBAN_KEY_";

    public static IEnumerable<ProblemError> Faults(Pool pool)
    {
        if (pool.Gateway is not { } gateway)
            return [];
        if (pool.Kind is not PoolKind.Gateway)
            return [new("/probe", "Only a pool of kind 'gateway' is probed.")];
        return [.. Address(gateway), .. Query(gateway), .. Key(gateway), .. Thresholds(gateway)];
    }

    /// <summary>Fields of a probe that is not there.</summary>
    /// <param name="given">Each field's name, and whether it was given a value.</param>
    public static IEnumerable<ProblemError> WithoutProbe(params IEnumerable<(string Field, bool Given)> given) =>
        given.Where(g => g.Given).Select(g => new ProblemError("/" + g.Field, $"'{g.Field}' belongs to a probe, and this pool has none: give 'probe' too, one of {string.Join(", ", Words.All<ProbeKind>())}."));

    public static double OverloadAbove(Gateway gateway) => gateway.OverloadAbove ?? DefaultOverloadAbove;

    public static double HealthyBelow(Gateway gateway) => gateway.HealthyBelow ?? OverloadAbove(gateway) / 2;

    private static IEnumerable<ProblemError> Address(Gateway gateway)
    {
        var given = gateway.Address;
        if (gateway.Probe is ProbeKind.Runs)
        {
            if (given is not null)
                yield return new("/address", "A probe of kind 'runs' asks nobody: leave the address out.");
        }
        else if (given is null)
            yield return new("/address", $"'address' is missing: where the probe '{Words.Of(gateway.Probe)}' asks, such as http://gpu-1:8000.");
        else if (given.Length > AddressLength || !Uri.TryCreate(given, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.Host.Length == 0 || uri.Query.Length > 0 || uri.Fragment.Length > 0)
            yield return new("/address", $"'address' is http:// or https:// with host, port and perhaps a path, at most {AddressLength} characters; given was '{(given.AsSpan().ContainsAny('@', '?') ? "…" : TaskRules.Shown(given))}'.");
        else if (uri.UserInfo.Length > 0)
            yield return new("/address", $"'address' holds a user or password: put a key into an environment variable {KeyPrefix}… of the board, and name that as 'key'.");
    }

    private static IEnumerable<ProblemError> Query(Gateway gateway)
    {
        if (gateway.Query is not null && gateway.Probe is not ProbeKind.Prometheus)
            yield return new("/query", "Only a probe of kind 'prometheus' asks an expression.");
        if (gateway.Probe is ProbeKind.Prometheus && string.IsNullOrWhiteSpace(gateway.Query))
            yield return new("/query", "'query' is missing: the expression, such as sum(vllm:num_requests_waiting).");
        foreach (var fault in TaskRules.Prose("/query", "query", gateway.Query, QueryLength))
            yield return fault;
    }

    private static IEnumerable<ProblemError> Key(Gateway gateway)
    {
        if (gateway.KeyName is { } key && !KeyName().IsMatch(key))
            yield return new("/key", $"'key' is the name of an environment variable of the board: {KeyPrefix} and 1 to 40 capitals, digits and underscores; given was '{(key.StartsWith(KeyPrefix, StringComparison.Ordinal) ? TaskRules.Shown(key) : "…")}'.");
    }

    private static IEnumerable<ProblemError> Thresholds(Gateway gateway)
    {
        if (gateway.OverloadAbove is null && gateway.Probe is ProbeKind.Prometheus)
            yield return new("/overloadAbove", "'overloadAbove' is missing: the expression's value from where on it is an overload.");
        if (gateway.OverloadAbove is { } above && !double.IsFinite(above))
            yield return new("/overloadAbove", "'overloadAbove' is a number.");
        if (gateway.HealthyBelow is { } below && !(below <= OverloadAbove(gateway)))
            yield return new("/healthyBelow", $"'healthyBelow' is at most 'overloadAbove', which is {OverloadAbove(gateway)}; given was {below}.");
    }

    [GeneratedRegex("^" + KeyPrefix + "[A-Z0-9_]{1,40}(?!\n)$")]
    private static partial Regex KeyName();
}
