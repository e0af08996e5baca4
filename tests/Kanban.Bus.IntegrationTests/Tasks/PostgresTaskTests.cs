using Kanban.Bus.IntegrationTests.Storage;
using Kanban.Bus.Tests.Admission;
using Kanban.Bus.Tests.Alarms;
using Kanban.Bus.Tests.Artifacts;
using Kanban.Bus.Tests.Boards;
using Kanban.Bus.Tests.Gateways;
using Kanban.Bus.Tests.Inside;
using Kanban.Bus.Tests.Lanes;
using Kanban.Bus.Tests.Pools;
using Kanban.Bus.Tests.Runs;
using Kanban.Bus.Tests.Schedules;
using Kanban.Bus.Tests.Simulation;
using Kanban.Bus.Tests.Tasks;
using Kanban.Bus.Tests.Windows;

namespace Kanban.Bus.IntegrationTests.Tasks;

public sealed class PostgresCreateTaskTests : CreateTaskSpec<PostgresStore>;

public sealed class PostgresMoveTaskTests : MoveTaskSpec<PostgresStore>;

public sealed class PostgresLinkTasksTests : LinkTasksSpec<PostgresStore>;

public sealed class PostgresDependenciesTests : DependenciesSpec<PostgresStore>;

public sealed class PostgresEditTaskTests : EditTaskSpec<PostgresStore>;

public sealed class PostgresListTasksTests : ListTasksSpec<PostgresStore>;

public sealed class PostgresWorkspaceTests : WorkspaceSpec<PostgresStore>;

public sealed class PostgresLaneTests : LaneSpec<PostgresStore>;

public sealed class PostgresWhyTests : WhySpec<PostgresStore>;

public sealed class PostgresOrderTests : OrderSpec<PostgresStore>;

public sealed class PostgresPoolTests : PoolSpec<PostgresStore>;

public sealed class PostgresCapTests : CapSpec<PostgresStore>;

public sealed class PostgresDispatchTests : DispatchSpec<PostgresStore>;

public sealed class PostgresLayoutTests : LayoutSpec<PostgresStore>;

public sealed class PostgresSimulateTests : SimulateSpec<PostgresStore>;

public sealed class PostgresParkingTests : ParkingSpec<PostgresStore>;

public sealed class PostgresErrorClassTests : ErrorClassSpec<PostgresStore>;

public sealed class PostgresGatewayTests : GatewaySpec<PostgresStore>;

public sealed class PostgresAlarmTests : AlarmSpec<PostgresStore>;

public sealed class PostgresBreakerTests : BreakerSpec<PostgresStore>;

public sealed class PostgresRetryBudgetTests : RetryBudgetSpec<PostgresStore>;

public sealed class PostgresDailyCeilingTests : DailyCeilingSpec<PostgresStore>;

public sealed class PostgresBoardTests : BoardSpec<PostgresStore>;

public sealed class PostgresWindowTests : WindowSpec<PostgresStore>;

public sealed class PostgresScheduleTests : ScheduleSpec<PostgresStore>;

public sealed class PostgresDueTests : DueSpec<PostgresStore>;

public sealed class PostgresArtifactTests : ArtifactSpec<PostgresStore>;

public sealed class PostgresFencedRunTests : FencedRunSpec<PostgresStore>;

public sealed class PostgresAgentSessionTests : AgentSessionSpec<PostgresStore>;

public sealed class PostgresAdoptRunTests : AdoptRunSpec<PostgresStore>;

public sealed class PostgresStoppedRunTests : StoppedRunSpec<PostgresStore>;
