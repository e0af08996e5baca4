using System.Globalization;
using Npgsql;

namespace Kanban.Bus.Benchmarks.Gateway;

/// <summary>What a cap that follows its gateway gets done, beside the best fixed cap that a search finds, and beside none.</summary>
public static class GatewayBench
{
    /// <summary>Where the search begins; it goes on between the best of them and its neighbours.</summary>
    private static readonly int[] Coarse = [4, 8, 12, 16];

    /// <summary>Gateways answer here in half a second where in life they take half a minute: the controller's times are shorter by as much.</summary>
    private static readonly (string Key, string Value)[] Settings = [("ProbeEvery", "50ms"), ("HealthyFor", "170ms"), ("CoolDown", "100ms")];

    public static async Task<IReadOnlyList<Figure>> RunAsync()
    {
        await using var installation = await Installation.StartAsync(Settings.ToDictionary(s => "Gateway:" + s.Key, s => s.Value));
        await using var database = NpgsqlDataSource.Create(installation.Cluster.Database);
        await GatewayRun.PrepareAsync(installation);
        await GatewayRun.MeasureAsync(installation, database, Scenario.All[0], 8);
        var figures = new List<Figure>();
        var tables = new List<(Scenario, IReadOnlyList<GatewayRun>)>();
        foreach (var scenario in Scenario.All)
        {
            var runs = await SearchAsync(installation, database, scenario);
            tables.Add((scenario, runs));
            GatewayTable.Print(scenario, runs);
            figures.AddRange(Judge(scenario, runs));
        }

        GatewayTable.Write(tables, Conditions(""));
        return figures;
    }

    /// <summary>None, the adaptive one, and fixed ones until no neighbour of the best is left untried.</summary>
    private static async Task<List<GatewayRun>> SearchAsync(Installation installation, NpgsqlDataSource database, Scenario scenario)
    {
        var tried = new SortedDictionary<int, GatewayRun>();
        foreach (var cap in Coarse)
            tried[cap] = await GatewayRun.MeasureAsync(installation, database, scenario, cap);
        while (Next(tried) is { } cap)
            tried[cap] = await GatewayRun.MeasureAsync(installation, database, scenario, cap);
        return
        [
            .. tried.Values,
            await GatewayRun.MeasureAsync(installation, database, scenario, 0),
            await GatewayRun.MeasureAsync(installation, database, scenario, null),
        ];
    }

    /// <summary>Half of the way from the best cap to a tried neighbour; null when both are one or two units away.</summary>
    private static int? Next(SortedDictionary<int, GatewayRun> tried)
    {
        var best = tried.MaxBy(t => t.Value.Goodput).Key;
        foreach (var neighbour in new[] { tried.Keys.LastOrDefault(k => k < best, 0), tried.Keys.FirstOrDefault(k => k > best, best + 8) })
            if (Math.Abs(neighbour - best) > 2 && (best + neighbour) / 2 is var cap and > 0)
                return cap;
        return null;
    }

    private static IEnumerable<Figure> Judge(Scenario scenario, List<GatewayRun> runs)
    {
        var best = runs.Where(r => r.Cap is not ("none" or "adaptive")).MaxBy(r => r.Goodput)!;
        var (none, adaptive) = (runs.Single(r => r.Cap == "none"), runs.Single(r => r.Cap == "adaptive"));
        var conditions = Conditions(scenario.Says + "; ");
        yield return new($"gateway.goodput_ratio.{scenario.Name}", adaptive.Goodput / best.Goodput, "", string.Create(CultureInfo.InvariantCulture,
            $"{adaptive.Goodput:0.0} tasks a second with the cap that follows the gateway, {best.Goodput:0.0} with the best fixed one of {runs.Count - 2} tried, {best.Cap}; {conditions}"));
        yield return new($"gateway.timeout_ratio.{scenario.Name}", adaptive.TimedOut / Math.Max(1.0, none.TimedOut), "", string.Create(CultureInfo.InvariantCulture,
            $"{adaptive.TimedOut} requests timed out with it, {none.TimedOut} without any cap; {conditions}"));
    }

    private static string Conditions(string scenario) => string.Create(CultureInfo.InvariantCulture,
        $"{scenario}{GatewayRun.Tasks} tasks made before the start, each a process that asks the gateway once and again until it is answered, giving up a request after {GatewayRun.Patience.TotalSeconds:0} s and itself after {GatewayRun.MostTimeOuts} such; emulated gateway on a socket: {GatewayRun.Service.TotalMilliseconds:0} ms a request, half as much again for each {Scenario.Slots} that wait, 429 beyond {4 * Scenario.Slots} waiting; one board, one worker process, PostgreSQL and RabbitMQ on the same {Environment.ProcessorCount} cores; adaptive cap from 2, probe vllm, {string.Join(", ", Settings.Select(s => $"{s.Key} {s.Value}"))}, else as by default; each cap measured once");
}
