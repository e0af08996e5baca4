using Kanban.Bus.IntegrationTests.Storage;
using Kanban.Bus.Tests.Fleet;

namespace Kanban.Bus.IntegrationTests.Fleet;

public sealed class PostgresLeaseTests : LeaseSpec<PostgresStore>;
