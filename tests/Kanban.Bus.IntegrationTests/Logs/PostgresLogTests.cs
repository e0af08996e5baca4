using Kanban.Bus.IntegrationTests.Storage;
using Kanban.Bus.Tests.Logs;

namespace Kanban.Bus.IntegrationTests.Logs;

public sealed class PostgresLogTests : LogSpec<PostgresStore>;
