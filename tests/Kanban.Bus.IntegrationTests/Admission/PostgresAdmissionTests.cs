using Kanban.Bus.IntegrationTests.Storage;
using Kanban.Bus.Tests.Admission;

namespace Kanban.Bus.IntegrationTests.Admission;

public sealed class PostgresAdmissionTests : AdmissionSpec<PostgresStore>;
