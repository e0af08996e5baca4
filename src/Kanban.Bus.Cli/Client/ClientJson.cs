using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Cli.Client;

/// <summary>The contracts' JSON, with serializers made at build time: a short command has no time to make them as it runs.</summary>
[JsonSerializable(typeof(CreateTask))]
[JsonSerializable(typeof(CreateTasks))]
[JsonSerializable(typeof(MoveTask))]
[JsonSerializable(typeof(WithReason))]
[JsonSerializable(typeof(AddComment))]
[JsonSerializable(typeof(AnswerTask))]
[JsonSerializable(typeof(Ending))]
[JsonSerializable(typeof(CheckEnding))]
[JsonSerializable(typeof(RunPulse))]
[JsonSerializable(typeof(RunLease))]
[JsonSerializable(typeof(List<CommentView>))]
[JsonSerializable(typeof(IReadOnlyList<CommentView>))]
[JsonSerializable(typeof(CreateLane))]
[JsonSerializable(typeof(CreatePool))]
[JsonSerializable(typeof(CreateBoard))]
[JsonSerializable(typeof(CreateToken))]
[JsonSerializable(typeof(JsonObject))]
[JsonSerializable(typeof(TaskDetail))]
[JsonSerializable(typeof(IReadOnlyList<TaskView>))]
[JsonSerializable(typeof(Page<TaskView>))]
[JsonSerializable(typeof(WhyView))]
[JsonSerializable(typeof(CommentView))]
[JsonSerializable(typeof(Page<RunView>))]
[JsonSerializable(typeof(Page<EventView>))]
[JsonSerializable(typeof(IReadOnlyList<EventView>))]
[JsonSerializable(typeof(Page<LogChunkView>))]
[JsonSerializable(typeof(LogEnd))]
[JsonSerializable(typeof(Page<LaneView>))]
[JsonSerializable(typeof(IReadOnlyList<LaneView>))]
[JsonSerializable(typeof(Page<PoolView>))]
[JsonSerializable(typeof(IReadOnlyList<PoolView>))]
[JsonSerializable(typeof(Page<ScheduleView>))]
[JsonSerializable(typeof(IReadOnlyList<ScheduleView>))]
[JsonSerializable(typeof(LedgerView))]
[JsonSerializable(typeof(Dispatch))]
[JsonSerializable(typeof(DispatchView))]
[JsonSerializable(typeof(Simulate))]
[JsonSerializable(typeof(SimulationView))]
[JsonSerializable(typeof(Page<BoardView>))]
[JsonSerializable(typeof(IReadOnlyList<BoardView>))]
[JsonSerializable(typeof(Page<WorkerView>))]
[JsonSerializable(typeof(IReadOnlyList<WorkerView>))]
[JsonSerializable(typeof(Page<DeadLetterView>))]
[JsonSerializable(typeof(IReadOnlyList<DeadLetterView>))]
[JsonSerializable(typeof(Page<TokenView>))]
[JsonSerializable(typeof(IReadOnlyList<TokenView>))]
[JsonSerializable(typeof(TokenCreated))]
[JsonSerializable(typeof(LoginLink))]
[JsonSerializable(typeof(WhoAmI))]
[JsonSerializable(typeof(VersionView))]
[JsonSerializable(typeof(JsonElement))]
internal sealed partial class ClientJson : JsonSerializerContext
{
    /// <summary>For requests and answers: absent stays absent, unknown fields of a newer board are skipped.</summary>
    public static readonly JsonSerializerOptions Wire = new(Json.Client)
    {
        TypeInfoResolver = Default,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>For <c>-o json</c>: every field, nulls too, for a reader's eyes.</summary>
    public static readonly JsonSerializerOptions Printed = new(Json.Client)
    {
        TypeInfoResolver = Default,
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>For a followed list: one object per line.</summary>
    public static readonly JsonSerializerOptions PrintedLine = new(Printed) { WriteIndented = false };
}

/// <summary>Last item of a run's log stream: the state the run ended in.</summary>
internal sealed record LogEnd(RunState? State);

/// <param name="Board">The board's version; null when no board answers.</param>
internal sealed record VersionView(string Cli, string? Board, string Server);
