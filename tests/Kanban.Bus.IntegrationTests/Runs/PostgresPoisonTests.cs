using Kanban.Bus.IntegrationTests.Storage;
using Kanban.Bus.Tests.Runs;

namespace Kanban.Bus.IntegrationTests.Runs;

public sealed class PostgresPoisonTests : PoisonSpec<PostgresStore>;
