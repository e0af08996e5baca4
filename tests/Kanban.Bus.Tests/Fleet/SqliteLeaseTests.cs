using Kanban.Bus.Tests.Harness;

namespace Kanban.Bus.Tests.Fleet;

public sealed class SqliteLeaseTests : LeaseSpec<SqliteStore>;
