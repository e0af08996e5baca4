using System.Globalization;
using System.Text;
using Kanban.Bus.IntegrationTests.Harness;

namespace Kanban.Bus.Benchmarks.Gateway;

/// <summary>Every cap that was tried, on the console and in <c>docs/gateway-caps.md</c>.</summary>
internal static class GatewayTable
{
    public static void Print(Scenario scenario, IReadOnlyList<GatewayRun> runs) => Console.WriteLine($"\n{scenario.Name}: {scenario.Says}\n{Rows(runs)}");

    public static void Write(IReadOnlyList<(Scenario Scenario, IReadOnlyList<GatewayRun> Runs)> tables, string conditions)
    {
        var page = new StringBuilder(
            $"""
            # A cap that follows its gateway, beside fixed ones

            Written by `make bench ADMISSION=1` (or `make bench NAMES=gateway`). Conditions: {conditions}.
            *Done per second* is tasks done in a second, from the first start to the last end; a *time-out* is a request that its task gave up.

            """);
        foreach (var (scenario, runs) in tables)
            page.Append(CultureInfo.InvariantCulture, $"\n## {char.ToUpperInvariant(scenario.Name[0])}{scenario.Name[1..]}\n\n{scenario.Says}.\n\n{Rows(runs)}");
        File.WriteAllText(Path.Combine(KanbanProgram.Repository, "docs", "gateway-caps.md"), page.ToString());
    }

    private static string Rows(IReadOnlyList<GatewayRun> runs)
    {
        var best = runs.Where(r => r.Cap is not ("none" or "adaptive")).Max(r => r.Goodput);
        var rows = new StringBuilder("| cap | tasks done | done per second | of the best fixed cap | time-outs | refused (429) | seconds | moves |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n");
        foreach (var run in runs)
            rows.Append(CultureInfo.InvariantCulture, $"| {run.Cap} | {run.Done} | {run.Goodput:0.0} | {run.Goodput / best * 100:0} % | {run.TimedOut} | {run.Refused} | {run.Seconds:0.0} | {run.Moves} |\n");
        return rows.ToString();
    }
}
