using Kanban.Bus.EndToEnd.Browser;

namespace Kanban.Bus.EndToEnd.Dashboard;

/// <summary>One board and one browser for all tests of the dashboard, one test at a time: they share the lane's two slots.</summary>
[CollectionDefinition(Name)]
public sealed class SingleHostCollection : ICollectionFixture<SingleHost>, ICollectionFixture<Chromium>
{
    public const string Name = "single host";
}
