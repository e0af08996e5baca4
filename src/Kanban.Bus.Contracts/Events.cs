using System.Reflection;
using System.Text.Json;

namespace Kanban.Bus.Contracts;

/// <summary>A change on the board, in the shape of CloudEvents 1.0.</summary>
/// <param name="Id">Cursor: opaque, ordered; give it as <c>after</c> or <c>Last-Event-ID</c>.</param>
/// <param name="Type"><c>dev.kanbanbus.task.created.v1</c> and so on: <see cref="EventTypes"/> with prefix and version.</param>
/// <param name="Source"><c>/boards/web</c>, <c>/lanes/gpu</c>, <c>/pools/vllm-a</c>, <c>/schedules/nightly</c>, <c>/workers/gpu-1</c>, <c>/order</c>, <c>/alarms</c>.</param>
/// <param name="Subject">The task's key, lane, pool, schedule or worker.</param>
/// <param name="Actor">Who did it: <c>key:admin</c>, <c>worker:gpu-1</c>, <c>run:web-42/2</c>, <c>schedule:nightly</c>, <c>board</c>.</param>
/// <param name="Text">What happened, as a sentence for people; its words may change. Programs read <paramref name="Data"/>.</param>
public sealed record EventView(
    string SpecVersion,
    string Id,
    string Type,
    string Source,
    string Subject,
    DateTimeOffset Time,
    string Actor,
    string? TaskKey,
    string? Board,
    string? Lane,
    Guid? RunId,
    string? WorkerId,
    JsonElement Data,
    string? Pool = null,
    string? Schedule = null,
    string? Text = null);

/// <summary>Every kind of event. On the wire: <c>dev.kanbanbus.{kind}.v1</c>.</summary>
public static class EventTypes
{
    public const string TaskCreated = "task.created";
    public const string TaskEdited = "task.edited";
    /// <summary>Data: <c>from</c>, <c>to</c>, <c>reason</c>.</summary>
    public const string TaskMoved = "task.moved";
    public const string TaskLinked = "task.linked";
    public const string TaskUnlinked = "task.unlinked";
    public const string TaskCommented = "task.commented";
    /// <summary>A run has had comments of people or of other runs. Data: <c>comments</c>, their ids.</summary>
    public const string TaskCommentsSeen = "task.comments-seen";
    /// <summary>A person answered the question of the task's last run. Data: <c>question</c>, <c>allowed</c>.</summary>
    public const string TaskAnswered = "task.answered";
    public const string TaskArchived = "task.archived";
    public const string TaskRestored = "task.restored";
    /// <summary>A run's artifact or a task's attachment is stored. Data: <c>name</c>, <c>kind</c>, <c>sizeBytes</c>, <c>sha256</c>.</summary>
    public const string ArtifactStored = "artifact.stored";
    /// <summary>Data: <c>name</c>, <c>kind</c>, <c>reason</c>.</summary>
    public const string ArtifactDropped = "artifact.dropped";
    public const string RunOffered = "run.offered";
    public const string RunStarted = "run.started";
    /// <summary>A lost run whose worker came back before anybody else claimed its task.</summary>
    public const string RunResumed = "run.resumed";
    /// <summary>The run said what it is at. Data: <c>note</c>.</summary>
    public const string RunNoted = "run.noted";
    public const string RunStopping = "run.stopping";
    /// <summary>Data: <c>state</c>, <c>reason</c>, <c>exitCode</c>.</summary>
    public const string RunEnded = "run.ended";
    public const string RunLate = "run.late";
    /// <summary>A person ended the task with what the run had reported late. Data: <c>outcome</c>, <c>attempt</c>, <c>token</c>, <c>reason</c>.</summary>
    public const string RunAdopted = "run.adopted";
    public const string BoardCreated = "board.created";
    public const string BoardEdited = "board.edited";
    public const string LaneCreated = "lane.created";
    public const string LaneEdited = "lane.edited";
    public const string LanePaused = "lane.paused";
    public const string LaneResumed = "lane.resumed";
    /// <summary>Its tasks fail alike: nothing of it starts but a canary. Data: <c>error</c>, <c>tasks</c>, <c>coolDownSeconds</c>, <c>canaryAt</c>.</summary>
    public const string LaneBreakerOpened = "lane.breaker-opened";
    /// <summary>The breaker is half open. Data: <c>canary</c>.</summary>
    public const string LaneBreakerTried = "lane.breaker-tried";
    public const string LaneBreakerClosed = "lane.breaker-closed";
    public const string PoolCreated = "pool.created";
    /// <summary>Data: each field's <c>from</c> and <c>to</c>, and <c>reason</c>.</summary>
    public const string PoolEdited = "pool.edited";
    /// <summary>Data: what it was, and <c>reason</c>.</summary>
    public const string PoolDeleted = "pool.deleted";
    public const string PoolPaused = "pool.paused";
    public const string PoolResumed = "pool.resumed";
    /// <summary>A run met its account's limit. Data: <c>until</c>, <c>openAt</c>, <c>run</c>, <c>reason</c>.</summary>
    public const string PoolParked = "pool.parked";
    /// <summary>A person opened a parked account.</summary>
    public const string PoolUnparked = "pool.unparked";
    /// <summary>Data: <c>weights</c>, each with <c>from</c> and <c>to</c>, and <c>reason</c>.</summary>
    public const string OrderEdited = "order.edited";
    /// <summary>A gateway's controller lowered or raised its cap. Data: <c>kind</c>, <c>from</c>, <c>to</c>, <c>reason</c>, <c>signals</c>.</summary>
    public const string PoolMoved = "pool.moved";
    /// <summary>A gateway's probe is dead, so its cap stays. Data as of <c>pool.moved</c>.</summary>
    public const string PoolFrozen = "pool.frozen";
    public const string PoolThawed = "pool.thawed";
    public const string ScheduleCreated = "schedule.created";
    /// <summary>Data: each field's <c>from</c> and <c>to</c>, and <c>reason</c>.</summary>
    public const string ScheduleEdited = "schedule.edited";
    public const string SchedulePaused = "schedule.paused";
    public const string ScheduleResumed = "schedule.resumed";
    public const string ScheduleDeleted = "schedule.deleted";
    /// <summary>A person asked for a task of it now.</summary>
    public const string ScheduleRun = "schedule.run";
    /// <summary>It made a task. Data: <c>at</c>, its time, and <c>task</c>.</summary>
    public const string ScheduleFired = "schedule.fired";
    /// <summary>It made none, because its last one has not ended. Data: <c>at</c>, <c>reason</c>.</summary>
    public const string ScheduleSkipped = "schedule.skipped";
    /// <summary>Its task could not be made. Data: <c>at</c>, <c>reason</c>.</summary>
    public const string ScheduleFailed = "schedule.failed";
    public const string WorkerRegistered = "worker.registered";
    public const string WorkerDraining = "worker.draining";
    public const string WorkerGone = "worker.gone";
    /// <summary>It was gone and beats again.</summary>
    public const string WorkerReturned = "worker.returned";
    /// <summary>It takes no new work for now, for its host's sake; the data says what is short.</summary>
    public const string WorkerQuiet = "worker.quiet";
    /// <summary>It takes work again after it was quiet.</summary>
    public const string WorkerResumed = "worker.resumed";
    public const string WorkerLeft = "worker.left";
    /// <summary>A person should look at it. Data: <c>alarm</c>, one of <see cref="AlarmKind"/>, <c>id</c> and <c>reason</c>.</summary>
    public const string AlarmRaised = "alarm.raised";
    /// <summary>A person sees to it. Data: <c>alarm</c>, <c>id</c>, <c>reason</c>.</summary>
    public const string AlarmAcknowledged = "alarm.acknowledged";
    /// <summary>Its cause is gone. Data: <c>alarm</c>, <c>id</c>, and <c>count</c>, how often the cause was met.</summary>
    public const string AlarmCleared = "alarm.cleared";
    public const string TokenCreated = "token.created";
    public const string TokenRevoked = "token.revoked";
    /// <summary>A message that could not be read or handled was put aside. Data: <c>queue</c>, <c>reason</c>, <c>from</c>, <c>contentType</c>, <c>bytes</c>, <c>id</c>, and <c>body</c>, base64, cut at 4 KiB.</summary>
    public const string MessageDeadLettered = "message.dead-lettered";
    /// <summary>A person put a dead letter back on its queue. Data: <c>id</c>, <c>queue</c>, <c>reason</c>.</summary>
    public const string MessageResent = "message.resent";
    /// <summary>A person dropped a dead letter. Data: <c>id</c>, <c>queue</c>, <c>reason</c>.</summary>
    public const string MessageDropped = "message.dropped";

    private const string Prefix = "dev.kanbanbus.";
    private const string Version = ".v1";

    public static string OnTheWire(string kind) => Prefix + kind + Version;

    /// <summary>Every kind there is.</summary>
    public static IReadOnlyList<string> All { get; } =
        [.. typeof(EventTypes).GetFields(BindingFlags.Public | BindingFlags.Static).Where(field => field.IsLiteral).Select(field => (string)field.GetRawConstantValue()!)];

    /// <summary>The kind that somebody names, as it is or as on the wire; null when there is none.</summary>
    public static string? Find(string given) => All.FirstOrDefault(kind => kind == given || OnTheWire(kind) == given);

    /// <summary>The kind that a type on the wire stands for.</summary>
    public static string KindOf(string type) => type[Prefix.Length..^Version.Length];
}
