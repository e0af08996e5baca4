using Xunit.Abstractions;

// Many of these tests wait for processes and for time to pass: more of them at once than there are cores.
[assembly: CollectionBehavior(MaxParallelThreads = 4)]
[assembly: TestCollectionOrderer("Kanban.Bus.Tests.LongestFirst", "Kanban.Bus.Tests")]

namespace Kanban.Bus.Tests;

/// <summary>Classes that take long begin first: one that is left for the end is waited for alone.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] Long = [".Worker.", ".Cli.", ".Inside.", ".Access."];

    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) =>
        testCollections.OrderBy(c => Rank(c.DisplayName)).ThenBy(c => c.DisplayName, StringComparer.Ordinal);

    /// <param name="name"><c>Test collection for</c> and the class's full name.</param>
    private static int Rank(string name) => Array.FindIndex(Long, part => name.Contains(part, StringComparison.Ordinal)) is >= 0 and var rank ? rank : Long.Length;
}
