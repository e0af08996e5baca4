using Kanban.Bus.Tests.Harness;

namespace Kanban.Bus.Tests.Tasks;

public sealed class SqliteCreateTaskTests : CreateTaskSpec<SqliteStore>;
