using Kanban.Bus.Tests.Harness;

namespace Kanban.Bus.Tests.Runs;

public sealed class SqlitePoisonTests : PoisonSpec<SqliteStore>;
