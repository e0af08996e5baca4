using Xunit.Abstractions;

// Most of what these tests do is wait for leases, restarts and processes: more of them at once than there are cores.
[assembly: CollectionBehavior(MaxParallelThreads = 6)]
[assembly: TestCollectionOrderer("Kanban.Bus.IntegrationTests.LongestFirst", "Kanban.Bus.IntegrationTests")]

namespace Kanban.Bus.IntegrationTests;

/// <summary>Tests of many seconds begin first, so that short ones fill the end of the whole run.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] Long = [".Faults.", ".Worker.", ".Bus.", ".Servers."];

    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) =>
        testCollections.OrderBy(c => Rank(c.DisplayName)).ThenBy(c => c.DisplayName, StringComparer.Ordinal);

    /// <param name="name"><c>Test collection for</c> and the class's full name.</param>
    private static int Rank(string name) => Array.FindIndex(Long, part => name.Contains(part, StringComparison.Ordinal)) is >= 0 and var rank ? rank : Long.Length;
}
