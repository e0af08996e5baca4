using Kanban.Bus.Tests.Harness;

namespace Kanban.Bus.Tests.Events;

public sealed class SqliteEventTests : EventSpec<SqliteStore>;
