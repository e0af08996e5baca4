using System.Globalization;
using Kanban.Bus.Contracts;
using Kanban.Bus.IntegrationTests.Faults;

namespace Kanban.Bus.Benchmarks.Demo;

/// <summary>One task of the demo's graph.</summary>
/// <param name="Parents">Places of its parents in the graph, all smaller than its own.</param>
public sealed record Work(string Title, string Lane, IReadOnlyList<int> Parents, int From, int To, IReadOnlyList<string>? Needs = null, string? Host = null);

/// <summary>
/// Thirty tasks that count primes. Each counts those of its own range and adds what its parents handed on, so the last
/// task's number is right only when every task ran and every hand-off arrived.
/// </summary>
public static class WorkGraph
{
    public const string Collect = "collect";
    public const string Check = "check";
    public const string Gpu = "gpu";

    /// <summary>1 start, 10 collectors, 10 checkers, 6 GPU tasks, 2 that must run on one host, 1 end.</summary>
    public static IReadOnlyList<Work> Build(string gpuCapability, string reportHost, string lastHost)
    {
        var graph = new List<Work>();
        int Add(string title, string lane, IReadOnlyList<int> parents, IReadOnlyList<string>? needs = null, string? host = null)
        {
            var from = graph.Count * 1_000 + 2;
            graph.Add(new Work(title, lane, parents, from, from + 1_999, needs, host));
            return graph.Count - 1;
        }

        var start = Add("Start", Collect, []);
        var collected = Enumerable.Range(1, 10).Select(n => Add($"Collect {n}", Collect, [start])).ToArray();
        var check = collected.Select((parent, n) => Add($"Check {n + 1}", Check, [parent])).ToArray();
        var trained = Enumerable.Range(0, 6).Select(n => Add($"Train {n + 1}", Gpu, [check[n], check[n + 4]], needs: [gpuCapability])).ToArray();
        var reports = new[] { Add("Report A", Collect, trained[..3], host: reportHost), Add("Report B", Check, trained[3..], host: reportHost) };
        Add("Release", Check, reports, host: lastHost);
        return graph;
    }

    /// <summary>What each task must hand on, computed here without the board.</summary>
    public static IReadOnlyList<int> ExpectedValues(IReadOnlyList<Work> graph)
    {
        var values = new List<int>();
        foreach (var work in graph)
            values.Add(Enumerable.Range(work.From, work.To - work.From + 1).Count(IsPrime) + work.Parents.Sum(p => values[p]));
        return values;
    }

    /// <summary>The task as the board gets it: a shell script that reads its parents' results, counts, and hands its number on; it tells the witness of its start and end.</summary>
    public static CreateTask ToTask(Work work, IReadOnlyList<string> keys, Witness witness) => new(
        work.Title,
        work.Lane,
        Body: witness.Script(Script(work)),
        Parents: [.. work.Parents.Select(p => keys[p])],
        Needs: work.Needs,
        Host: work.Host,
        IdempotencyKey: "demo " + work.Title);

    private static string Script(Work work) => string.Create(CultureInfo.InvariantCulture, $$$"""
        inherited=$(grep -o '"value": *[0-9]*' "$KANBAN_PARENTS_FILE" | awk -F: '{ sum += $2 } END { print sum + 0 }')
        own=$(awk -v from={{{work.From}}} -v to={{{work.To}}} 'BEGIN {
            for (n = from; n <= to; n++) {
                prime = n > 1
                for (d = 2; d * d <= n; d++) if (n % d == 0) { prime = 0; break }
                count += prime
            }
            print count + 0
        }')
        sleep 1
        value=$((inherited + own))
        echo "$KANBAN_TASK counts $own primes from {{{work.From}}} to {{{work.To}}} and inherits $inherited"
        printf '{"summary":"%s primes so far","metadata":{"value":%s}}' "$value" "$value" >"$KANBAN_RESULT_FILE"
        """);

    private static bool IsPrime(int n)
    {
        for (var d = 2; d * d <= n; d++)
        {
            if (n % d == 0)
                return false;
        }
        return n > 1;
    }
}
