using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Kanban.Bus.Contracts;
using Kanban.Bus.Worker.Executors;
using Kanban.Bus.Worker.Executors.Agents;
using Kanban.Bus.Worker.Runs;
using Kanban.Bus.Worker.Workspaces;

namespace Kanban.Bus.Worker;

/// <summary>Every type that the worker reads or writes as JSON. It is compiled ahead of time, where nothing is found by reflection: a call takes its type from here, so that one which is missing does not compile.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
// Worker → board.
[JsonSerializable(typeof(RegisterWorker))]
[JsonSerializable(typeof(Heartbeat))]
[JsonSerializable(typeof(ClaimRuns))]
[JsonSerializable(typeof(FinishRuns))]
[JsonSerializable(typeof(DeadLetter))]
[JsonSerializable(typeof(DeclareArtifact))]
[JsonSerializable(typeof(AgentEvent))]
// Board → worker.
[JsonSerializable(typeof(Registered))]
[JsonSerializable(typeof(Orders))]
[JsonSerializable(typeof(ClaimAnswers))]
[JsonSerializable(typeof(FinishAnswers))]
[JsonSerializable(typeof(LogAnswer))]
[JsonSerializable(typeof(ArtifactUpload))]
[JsonSerializable(typeof(RunOffered))]
[JsonSerializable(typeof(BeatNow))]
// Between worker and run.
[JsonSerializable(typeof(IReadOnlyList<ParentResult>), TypeInfoPropertyName = "Parents")]
[JsonSerializable(typeof(CommentView))]
[JsonSerializable(typeof(Ending))]
[JsonSerializable(typeof(ResultFile))]
[JsonSerializable(typeof(MetLine))]
// The worker's own notes.
[JsonSerializable(typeof(Grant))]
[JsonSerializable(typeof(FinishItem))]
[JsonSerializable(typeof(AgentState))]
[JsonSerializable(typeof(Place))]
[JsonSerializable(typeof(List<RefusedCall>), TypeInfoPropertyName = "RefusedCalls")]
[JsonSerializable(typeof(Dictionary<string, AgentUsage>), TypeInfoPropertyName = "SessionTotals")]
// Pieces of what it hands on.
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(IReadOnlyList<string>), TypeInfoPropertyName = "Texts")]
[JsonSerializable(typeof(JsonObject))]
internal sealed partial class WorkerJson : JsonSerializerContext
{
    /// <summary>As the board is spoken with, and for the worker's own notes: the rules of <see cref="Json.Client"/>.</summary>
    public static WorkerJson Client { get; } = new(Json.Generated());

    /// <summary>The same, and what is null is left out.</summary>
    public static WorkerJson Sparse { get; } = new(new JsonSerializerOptions(Json.Generated()) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull });

    /// <summary>For what runs write by hand: names in any case, numbers as text too.</summary>
    public static WorkerJson Lenient { get; } = new(new JsonSerializerOptions(JsonSerializerDefaults.Web) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip });
}
