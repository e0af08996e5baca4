using Kanban.Bus.Contracts;
using Microsoft.Extensions.Logging;

namespace Kanban.Bus.Worker.Hosting;

/// <summary>Every line a worker logs, each with the ids a reader would search for.</summary>
internal static partial class WorkerLog
{
    public const string Category = "Kanban.Bus.Worker";

    [LoggerMessage(1, LogLevel.Information, "Worker {workerId}@{host} serves {lanes} for {board}; state in {home}.")]
    public static partial void WorkerStarts(this ILogger log, string workerId, string host, string lanes, Uri board, string home);

    [LoggerMessage(2, LogLevel.Information, "Worker {workerId} registered; {held} runs held; heartbeat every {heartbeatSeconds} s, lease {leaseSeconds} s; offers from {source}.")]
    public static partial void Registered(this ILogger log, string workerId, int held, double heartbeatSeconds, double leaseSeconds, string source);

    [LoggerMessage(3, LogLevel.Warning, "Worker {workerId} waits for the board at {board}, since {since:u}: {reason}")]
    public static partial void WaitsForBoard(this ILogger log, string workerId, Uri board, DateTimeOffset since, string reason);

    [LoggerMessage(4, LogLevel.Error, "Worker {workerId} is not accepted by the board at {board}, since {since:u}: {reason}")]
    public static partial void NotAccepted(this ILogger log, string workerId, Uri board, DateTimeOffset since, string reason);

    [LoggerMessage(5, LogLevel.Warning, "Session of worker {workerId} ended ({reason}); it registers again with {held} runs.")]
    public static partial void SessionEnded(this ILogger log, string workerId, string reason, int held);

    [LoggerMessage(6, LogLevel.Critical, "Worker {workerId} stops: another process registered this id ({reason}). Its {held} runs are ended. Give each worker an id of its own.")]
    public static partial void Superseded(this ILogger log, string workerId, string reason, int held);

    [LoggerMessage(7, LogLevel.Information, "Worker {workerId} drains: {held} runs go on for at most {limitSeconds} s.")]
    public static partial void Draining(this ILogger log, string workerId, int held, double limitSeconds);

    [LoggerMessage(8, LogLevel.Information, "Worker {workerId} left the board.")]
    public static partial void Left(this ILogger log, string workerId);

    [LoggerMessage(9, LogLevel.Warning, "Worker {workerId} ends without an answer to its goodbye: {reason}")]
    public static partial void NotLeft(this ILogger log, string workerId, string reason);

    [LoggerMessage(10, LogLevel.Warning, "Worker {workerId} ends with {held} runs unreported; {home} keeps them for its next start.")]
    public static partial void RunsKept(this ILogger log, string workerId, int held, string home);

    [LoggerMessage(11, LogLevel.Critical, "The worker can't go on: {reason}")]
    public static partial void WorkerFailed(this ILogger log, Exception fault, string reason);

    [LoggerMessage(12, LogLevel.Information, "Runs are contained by {containment}{lacks}.")]
    public static partial void ContainedBy(this ILogger log, string containment, string lacks);

    [LoggerMessage(13, LogLevel.Critical, "The worker can't go on: {reason}")]
    public static partial void WorkerStopped(this ILogger log, string reason);

    [LoggerMessage(20, LogLevel.Warning, "No answer from the board at {board} since {since:u}; {held} runs go on as their lanes say: {reason}")]
    public static partial void BoardAway(this ILogger log, Uri board, DateTimeOffset since, int held, string reason);

    [LoggerMessage(21, LogLevel.Information, "The board at {board} answers again after {awaySeconds:0.0} s.")]
    public static partial void BoardBack(this ILogger log, Uri board, double awaySeconds);

    [LoggerMessage(22, LogLevel.Error, "The heartbeat of worker {workerId} was refused: {reason}")]
    public static partial void HeartbeatRefused(this ILogger log, string workerId, string reason);

    [LoggerMessage(30, LogLevel.Information, "Run {runId} of {taskKey} started: lane {lane}, slot {slot}, attempt {attempt}, token {fencingToken}, pid {pid}.")]
    public static partial void RunStarted(this ILogger log, Guid runId, string taskKey, string lane, int slot, int attempt, long fencingToken, int pid);

    [LoggerMessage(31, LogLevel.Error, "Run {runId} of {taskKey} could not be started (lane {lane}).")]
    public static partial void RunNotStarted(this ILogger log, Exception fault, Guid runId, string taskKey, string lane);

    [LoggerMessage(32, LogLevel.Information, "Run {runId} of {taskKey} taken up again: lane {lane}, token {fencingToken}, pid {pid}.")]
    public static partial void RunTakenUp(this ILogger log, Guid runId, string taskKey, string lane, long fencingToken, int pid);

    [LoggerMessage(33, LogLevel.Warning, "Run {runId} of {taskKey} had ended while no worker watched it: lane {lane}, token {fencingToken}.")]
    public static partial void RunFoundEnded(this ILogger log, Guid runId, string taskKey, string lane, long fencingToken);

    [LoggerMessage(34, LogLevel.Information, "Run {runId} of {taskKey} is being stopped, token {fencingToken}: {reason}.")]
    public static partial void RunStopping(this ILogger log, Guid runId, string taskKey, long fencingToken, string reason);

    [LoggerMessage(35, LogLevel.Information, "Run {runId} of {taskKey} ended, lane {lane}, token {fencingToken}: {outcome} {reason}")]
    public static partial void RunEnded(this ILogger log, Guid runId, string taskKey, string lane, long fencingToken, Outcome outcome, string reason);

    [LoggerMessage(36, LogLevel.Information, "Run {runId} of {taskKey}: the board's answer to its finish is {verdict}, run state {state}.")]
    public static partial void FinishAnswered(this ILogger log, Guid runId, string taskKey, FinishVerdict verdict, RunState? state);

    [LoggerMessage(37, LogLevel.Warning, "Run {runId}: its finish is not answered yet, it is sent again: {reason}")]
    public static partial void FinishDelayed(this ILogger log, Guid runId, string reason);

    [LoggerMessage(38, LogLevel.Error, "Run {runId}: the board refuses its finish for good: {reason}")]
    public static partial void FinishRefused(this ILogger log, Guid runId, string reason);

    [LoggerMessage(39, LogLevel.Error, "Run {runId} of {taskKey}: its finish can't be kept on disk; it is sent from memory.")]
    public static partial void FinishNotKept(this ILogger log, Exception fault, Guid runId, string taskKey);

    [LoggerMessage(49, LogLevel.Warning, "Run {runId}: its cgroup {path} can't be removed.")]
    public static partial void CgroupNotRemoved(this ILogger log, Exception fault, Guid runId, string path);

    [LoggerMessage(40, LogLevel.Warning, "Run {runId}: {path} can't be removed.")]
    public static partial void DirectoryNotRemoved(this ILogger log, Exception fault, Guid runId, string path);

    [LoggerMessage(41, LogLevel.Error, "Run {runId}: {count} processes ({pids}) are still alive {seconds:0} s after they were asked to end; the slot stays taken.")]
    public static partial void TreeSurvivesKill(this ILogger log, Guid runId, int count, string pids, double seconds);

    [LoggerMessage(42, LogLevel.Critical, "Run {runId} of {taskKey}, token {fencingToken}: its supervision failed; it is taken up again.")]
    public static partial void SupervisionFailed(this ILogger log, Exception fault, Guid runId, string taskKey, long fencingToken);

    [LoggerMessage(43, LogLevel.Warning, "Run {runId}: {path} holds no grant, nothing was started; removed.")]
    public static partial void SpoolEntryIncomplete(this ILogger log, Guid runId, string path);

    [LoggerMessage(44, LogLevel.Error, "Run {runId}: {path} can't be read; left for a person.")]
    public static partial void SpoolEntryUnreadable(this ILogger log, Exception fault, Guid runId, string path);

    [LoggerMessage(53, LogLevel.Warning, "Run {runId} of {taskKey}: its {stream} can't be read, and is not sent: {reason}")]
    public static partial void OutputNotRead(this ILogger log, Guid runId, string taskKey, string stream, string reason);

    [LoggerMessage(50, LogLevel.Warning, "Run {runId} of {taskKey}: the end of its log was not sent: {reason}")]
    public static partial void LogTailNotSent(this ILogger log, Guid runId, string taskKey, string reason);

    [LoggerMessage(105, LogLevel.Warning, "Run {runId} of {taskKey} is handed back before the end of its log was sent")]
    public static partial void LogCutShort(this ILogger log, Guid runId, string taskKey);

    [LoggerMessage(51, LogLevel.Warning, "Run {runId} of {taskKey}: the board takes no more of its log: {reason}")]
    public static partial void LogRefused(this ILogger log, Guid runId, string taskKey, string reason);

    [LoggerMessage(52, LogLevel.Error, "Run {runId} of {taskKey}: sending its log failed; its end is reported all the same.")]
    public static partial void LogUploadFailed(this ILogger log, Exception fault, Guid runId, string taskKey);

    [LoggerMessage(60, LogLevel.Information, "Offer {runId} of {taskKey} in lane {lane} was refused: {refusal}; dropped.")]
    public static partial void ClaimRefused(this ILogger log, Guid runId, string taskKey, string lane, ClaimRefusal? refusal);

    [LoggerMessage(61, LogLevel.Warning, "The claim of run {runId} has no answer yet: {reason}")]
    public static partial void ClaimDelayed(this ILogger log, Guid runId, string reason);

    [LoggerMessage(62, LogLevel.Error, "A message on {queue} can't be read ({sizeBytes} bytes): {reason}. It goes to the dead letters.")]
    public static partial void MessageUnreadable(this ILogger log, string queue, string reason, int sizeBytes);

    [LoggerMessage(63, LogLevel.Error, "An unreadable message on {queue} ({reason}) was dropped: the board refuses it: {refusal}")]
    public static partial void DeadLetterRefused(this ILogger log, string queue, string reason, string refusal);

    [LoggerMessage(70, LogLevel.Warning, "Waits for the broker at {broker}, since {since:u}: {reason}")]
    public static partial void BrokerAway(this ILogger log, string broker, DateTimeOffset since, string reason);

    [LoggerMessage(71, LogLevel.Information, "The broker at {broker} is reached.")]
    public static partial void BrokerReached(this ILogger log, string broker);

    [LoggerMessage(72, LogLevel.Debug, "The connection to {broker} was not closed in order: {reason}")]
    public static partial void BrokerNotClosed(this ILogger log, string broker, string reason);

    [LoggerMessage(73, LogLevel.Error, "Queue {queue} exists with other arguments: {difference}. Its offers are not taken until that is put right; tried again in {seconds} s.")]
    public static partial void QueueMismatch(this ILogger log, string queue, string difference, double seconds);

    [LoggerMessage(74, LogLevel.Warning, "Queue {queue} on {broker} is not consumed since {seconds:0} s: {reason}")]
    public static partial void QueueNotConsumed(this ILogger log, string queue, string broker, double seconds, string reason);

    [LoggerMessage(75, LogLevel.Information, "Queue {queue} is consumed again.")]
    public static partial void QueueConsumedAgain(this ILogger log, string queue);

    [LoggerMessage(76, LogLevel.Warning, "Queue {queue} on {broker} could not be left; tried again.")]
    public static partial void QueueNotLeft(this ILogger log, Exception fault, string queue, string broker);

    [LoggerMessage(77, LogLevel.Error, "The queues on {broker} could not be joined and left as the board says; tried again in {seconds} s.")]
    public static partial void QueuesNotAdjusted(this ILogger log, Exception fault, string broker, double seconds);

    [LoggerMessage(78, LogLevel.Warning, "Queue {queue} on {broker} seemed to be consumed, but {doubt}; it is joined anew.")]
    public static partial void ConsumerLost(this ILogger log, string queue, string broker, string doubt);

    [LoggerMessage(79, LogLevel.Error, "The connection to {broker} hangs, though the broker answers; it is given up for a new one.")]
    public static partial void BusHangs(this ILogger log, string broker);

    [LoggerMessage(81, LogLevel.Debug, "A delivery of {queue} could not be acked or given back, and comes again: {reason}")]
    public static partial void DeliveryNotSettled(this ILogger log, string queue, string reason);

    [LoggerMessage(82, LogLevel.Error, "A delivery of {queue} could not be taken; it goes back to the queue.")]
    public static partial void DeliveryFailed(this ILogger log, Exception fault, string queue);

    [LoggerMessage(83, LogLevel.Warning, "A message on {queue} is no hint, and is dropped: {reason}")]
    public static partial void HintUnreadable(this ILogger log, string queue, string reason);

    [LoggerMessage(80, LogLevel.Warning, "The broker at {broker} can't be asked for its queues: {reason}")]
    public static partial void BrokerNotAsked(this ILogger log, string broker, string reason);

    [LoggerMessage(64, LogLevel.Information, "Another delivery of the offer of run {runId}, which is held here already; dropped.")]
    public static partial void OfferRepeated(this ILogger log, Guid runId);

    [LoggerMessage(45, LogLevel.Error, "Run {runId}: process {pid} refuses {signal}, it counts as alive: {reason}")]
    public static partial void SignalRefused(this ILogger log, Guid runId, int pid, string signal, string reason);

    [LoggerMessage(46, LogLevel.Error, "Run {runId} of {taskKey} can't be watched any more; its processes are ended and it is reported as lost: {reason}")]
    public static partial void SupervisionGivenUp(this ILogger log, Guid runId, string taskKey, string reason);

    [LoggerMessage(47, LogLevel.Error, "Run {runId}: the time of its lease can't be kept on disk; its own watch will end it when the lease runs out.")]
    public static partial void LeaseNotKept(this ILogger log, Exception fault, Guid runId);

    [LoggerMessage(60, LogLevel.Warning, "Run {runId} of {taskKey}: {missed}")]
    public static partial void ArtifactsMissed(this ILogger log, Guid runId, string taskKey, string missed);

    [LoggerMessage(61, LogLevel.Warning, "Profile {profile}: {names} have values of less than 6 bytes, which are not hidden in output.")]
    public static partial void SecretsTooShort(this ILogger log, string profile, string names);

    [LoggerMessage(48, LogLevel.Error, "The processes of this host could not be looked at; tried again in a second.")]
    public static partial void ScanFailed(this ILogger log, Exception fault);

    [LoggerMessage(90, LogLevel.Warning, "No new work is taken: {reason}. What runs goes on.")]
    public static partial void Quiet(this ILogger log, string reason);

    [LoggerMessage(91, LogLevel.Information, "Work is taken again after {seconds:0} s: it was refused because {reason}.")]
    public static partial void QuietOver(this ILogger log, string reason, double seconds);

    [LoggerMessage(99, LogLevel.Warning, "What was said to run {runId} could not be written to its inbox; the next heartbeat brings it again.")]
    public static partial void InboxNotWritten(this ILogger log, Exception fault, Guid runId);

    [LoggerMessage(92, LogLevel.Information, "Run {runId} of {taskKey} waits for {workspace}: another run works in it.")]
    public static partial void WaitsForWorkspace(this ILogger log, Guid runId, string taskKey, string workspace);

    [LoggerMessage(93, LogLevel.Warning, "The workspace of run {runId} of {taskKey} could not be put in order; it stays as it is.")]
    public static partial void WorkspaceNotClosed(this ILogger log, Exception fault, Guid runId, string taskKey);

    [LoggerMessage(94, LogLevel.Information, "Removed the worktree {path}, which no run has used for {days:0} days; its branch {branch} stays.")]
    public static partial void WorktreeRemoved(this ILogger log, string path, string branch, double days);

    [LoggerMessage(95, LogLevel.Warning, "What is left in {path} could not be looked through.")]
    public static partial void SweepFailed(this ILogger log, Exception fault, string path);

    [LoggerMessage(96, LogLevel.Warning, "Run {runId} of {taskKey} goes on in {workspace}, which another run of this host has taken meanwhile.")]
    public static partial void WorkspaceShared(this ILogger log, Guid runId, string taskKey, string workspace);

    [LoggerMessage(100, LogLevel.Warning, "Run {runId} of {taskKey}: {agent} wrote {unreadable} lines that are no events, and events this version does not know: {kinds}")]
    public static partial void EventsUnknown(this ILogger log, Guid runId, string taskKey, string agent, int unreadable, string kinds);

    [LoggerMessage(101, LogLevel.Warning, "Run {runId} of {taskKey}: what was kept of its agent can't be read: {reason}")]
    public static partial void AgentNotRead(this ILogger log, Guid runId, string taskKey, string reason);

    [LoggerMessage(102, LogLevel.Warning, "Old sessions of agents could not be removed: {reason}")]
    public static partial void AgentHomesNotRemoved(this ILogger log, string reason);

    [LoggerMessage(104, LogLevel.Warning, "The kernel does not hold all limits of memory and processes of the profiles; the worker looks at them once a second: {lacks}")]
    public static partial void LimitsLooked(this ILogger log, string lacks);

    [LoggerMessage(103, LogLevel.Warning, "{agent} ({program}) does not work here; profiles that use it: {profiles}. {reason}; {advice}")]
    public static partial void AgentDoesNotWork(this ILogger log, string agent, string program, string profiles, string reason, string advice);
}
