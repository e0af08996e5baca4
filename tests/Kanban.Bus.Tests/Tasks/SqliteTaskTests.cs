using Kanban.Bus.Tests.Harness;

namespace Kanban.Bus.Tests.Tasks;

public sealed class SqliteCreateTaskTests : CreateTaskSpec<SqliteStore>;

public sealed class SqliteMoveTaskTests : MoveTaskSpec<SqliteStore>;

public sealed class SqliteLinkTasksTests : LinkTasksSpec<SqliteStore>;

public sealed class SqliteDependenciesTests : DependenciesSpec<SqliteStore>;

public sealed class SqliteEditTaskTests : EditTaskSpec<SqliteStore>;

public sealed class SqliteListTasksTests : ListTasksSpec<SqliteStore>;

public sealed class SqliteWorkspaceTests : WorkspaceSpec<SqliteStore>;

public sealed class SqliteLaneTests : Lanes.LaneSpec<SqliteStore>;

public sealed class SqliteWhyTests : Admission.WhySpec<SqliteStore>;

public sealed class SqliteOrderTests : Admission.OrderSpec<SqliteStore>;

public sealed class SqlitePoolTests : Pools.PoolSpec<SqliteStore>;

public sealed class SqliteCapTests : Pools.CapSpec<SqliteStore>;

public sealed class SqliteParkingTests : Pools.ParkingSpec<SqliteStore>;

public sealed class SqliteErrorClassTests : Runs.ErrorClassSpec<SqliteStore>;

public sealed class SqliteGatewayTests : Gateways.GatewaySpec<SqliteStore>;

public sealed class SqliteAlarmTests : Alarms.AlarmSpec<SqliteStore>;

public sealed class SqliteBreakerTests : Lanes.BreakerSpec<SqliteStore>;

public sealed class SqliteRetryBudgetTests : Lanes.RetryBudgetSpec<SqliteStore>;

public sealed class SqliteDailyCeilingTests : Runs.DailyCeilingSpec<SqliteStore>;

public sealed class SqliteStickyBlockTests : StickyBlockSpec<SqliteStore>;

public sealed class SqliteBoardTests : Boards.BoardSpec<SqliteStore>;

public sealed class SqliteWindowTests : Windows.WindowSpec<SqliteStore>;

public sealed class SqliteScheduleTests : Schedules.ScheduleSpec<SqliteStore>;

public sealed class SqliteDueTests : DueSpec<SqliteStore>;

public sealed class SqliteDispatchTests : Admission.DispatchSpec<SqliteStore>;

public sealed class SqliteLayoutTests : Admission.LayoutSpec<SqliteStore>;

public sealed class SqliteSimulateTests : Simulation.SimulateSpec<SqliteStore>;

public sealed class SqliteArtifactTests : Artifacts.ArtifactSpec<SqliteStore>;

public sealed class SqliteFencedRunTests : Inside.FencedRunSpec<SqliteStore>;

public sealed class SqliteAgentSessionTests : Runs.AgentSessionSpec<SqliteStore>;

public sealed class SqliteAdoptRunTests : Runs.AdoptRunSpec<SqliteStore>;

public sealed class SqliteStoppedRunTests : Runs.StoppedRunSpec<SqliteStore>;
