using Kanban.Bus.Tests.Harness;

namespace Kanban.Bus.Tests.Logs;

public sealed class SqliteLogTests : LogSpec<SqliteStore>;
