using Kanban.Bus.Tests.Harness;

namespace Kanban.Bus.Tests.Admission;

public sealed class SqliteAdmissionTests : AdmissionSpec<SqliteStore>;
