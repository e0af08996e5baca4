using Kanban.Bus.IntegrationTests.Storage;
using Kanban.Bus.Tests.Tasks;

namespace Kanban.Bus.IntegrationTests.Tasks;

public sealed class PostgresCreateTaskTests : CreateTaskSpec<PostgresStore>;
