using System.Text.Json;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Board.Events;

/// <summary>What an event says, as a sentence for people: the one place of these words, which the dashboard and the CLI show.</summary>
public static class EventWords
{
    /// <summary>Never empty, whatever the row lacks.</summary>
    /// <param name="kind">One of <see cref="EventTypes"/>.</param>
    /// <param name="data">What <see cref="BoardEvent.Data"/> holds.</param>
    public static string Of(string kind, JsonElement data)
    {
        var text = Clause(kind, new EventData(data)).TrimEnd();
        return text[^1] is '.' or '?' or '!' or '…' ? text : text + ".";
    }

    private static string Clause(string kind, EventData it) => kind switch
    {
        EventTypes.TaskCreated => $"Made in {it["status"]}{it.With(", priority ", "priority", unless: "0")}{it.With(", after ", "parents")}",
        EventTypes.TaskMoved => it.Because($"Moved from {it["from"]} to {it["to"]}"),
        EventTypes.TaskLinked => $"Waits for {it["parent"]} from now on",
        EventTypes.TaskUnlinked => $"No longer waits for {it["parent"]}",
        EventTypes.TaskCommented => $"Said{it.With(": ", "text")}",
        EventTypes.TaskCommentsSeen => $"The run has seen {it.Count("comments", "comment")}",
        EventTypes.TaskAnswered => $"Answered the run's question{(it["allowed"] is "yes" ? " and allowed what it asks for" : "")}{it.With(": ", "question")}",
        EventTypes.TaskArchived => it.Because("Archived"),
        EventTypes.TaskRestored => it.Because("Back from the archive"),
        EventTypes.ArtifactStored => $"{it["name"]} is kept{it.With(" (", "sizeBytes", " bytes)")}",
        EventTypes.ArtifactDropped => it.Because($"{it["name"]} is no longer kept"),
        EventTypes.RunOffered => $"Run{it.Number} is offered to workers",
        EventTypes.RunStarted => $"Run{it.Number} began{it.With(" on ", "host")}",
        EventTypes.RunResumed => $"Run{it.Number} goes on{it.With(" on ", "host")}: its worker came back",
        EventTypes.RunNoted => $"The run says{it.With(": ", "note")}",
        EventTypes.RunStopping => it.Because("The run is told to stop"),
        EventTypes.RunEnded => it.Because($"Run{it.Number} {Ended(it["state"])}{it.With(" with exit code ", "exitCode", unless: "0")}{it.With(" (class ", "class", ")")}"),
        EventTypes.RunLate => $"A run that had lost its lease reported {it["outcome"]}: too late, so it changed nothing",
        EventTypes.RunAdopted => it.Because($"The late result of run{it.Number}, {it["outcome"]}, is adopted"),
        EventTypes.LanePaused or EventTypes.PoolPaused or EventTypes.SchedulePaused => it.Because("Paused"),
        EventTypes.LaneResumed or EventTypes.PoolResumed or EventTypes.ScheduleResumed => $"Goes on{it.With("; it was paused: ", "reason")}",
        EventTypes.LaneBreakerOpened => $"Its breaker opened: {it.Count("tasks", "task")} failed{it.With(" with ", "error")}{it.With("; a canary goes at ", "canaryAt")}",
        EventTypes.LaneBreakerTried => $"Its breaker lets a canary through{it.With(": ", "canary")}",
        EventTypes.LaneBreakerClosed => it.Because("Its breaker closed"),
        EventTypes.PoolDeleted => it.Because("Deleted"),
        EventTypes.PoolParked => it.Because($"Parked{it.With(" until ", "until")}{it.With(" by ", "run")}"),
        EventTypes.PoolUnparked => it.Because("Opened before its time"),
        EventTypes.PoolMoved => it.Because($"Its cap moved from {it["from"]} to {it["to"]}"),
        EventTypes.PoolFrozen => it.Because($"Its cap stays{it.With(" at ", "to")}"),
        EventTypes.PoolThawed => it.Because("Its cap may move again"),
        EventTypes.ScheduleFired => $"Made {it["task"]}{it.With(" for ", "at")}",
        EventTypes.ScheduleSkipped => it.Because($"Made no task{it.With(" for ", "at")}"),
        EventTypes.ScheduleFailed => it.Because($"Could not make its task{it.With(" for ", "at")}"),
        EventTypes.ScheduleRun => "A task of it was asked for now",
        EventTypes.ScheduleDeleted => "Deleted",
        EventTypes.WorkerRegistered => $"Registered{it.With(" on ", "host")}{it.With(", version ", "version")}",
        EventTypes.WorkerDraining => "Takes no new runs: it drains",
        EventTypes.WorkerGone => $"Gone{it.With(": no heartbeat since ", "heartbeatAt")}",
        EventTypes.WorkerReturned => $"Back{it.With("; it was ", "was")}",
        EventTypes.WorkerQuiet => it.Because("Takes no new runs for now"),
        EventTypes.WorkerResumed => $"Takes runs again{it.With("; it did not: ", "reason")}",
        EventTypes.WorkerLeft => "Left",
        EventTypes.AlarmRaised => it.Because($"Alarm {it["alarm"]}"),
        EventTypes.AlarmAcknowledged => it.Because($"Somebody sees to the alarm {it["alarm"]}"),
        EventTypes.AlarmCleared => $"The cause of the alarm {it["alarm"]} is gone",
        EventTypes.TokenCreated => $"Token {it["name"]} was made{it.With(" (", "kind", ")")}",
        EventTypes.TokenRevoked => $"Token {it["name"]} was revoked",
        EventTypes.MessageDeadLettered => it.Because($"A message of {it["queue"]} was set aside"),
        EventTypes.MessageResent => it.Because($"A message was put back on {it["queue"]}"),
        EventTypes.MessageDropped => it.Because($"A message of {it["queue"]} was dropped"),
        EventTypes.OrderEdited => it.Because("Weights changed: " + it.Inside("weights").Changes),
        EventTypes.BoardCreated or EventTypes.LaneCreated or EventTypes.PoolCreated or EventTypes.ScheduleCreated => $"Made{it.With(", cap ", "maxActive")}{it.With(", cap ", "capacity")}{it.With(", at ", "cron")}",
        _ => it.Because("Changed: " + it.Changes),
    };

    private static string Ended(string state) => state switch
    {
        "timed-out" => "timed out",
        "lost" => "was lost",
        "cancelled" => "was cancelled",
        "withdrawn" => "was withdrawn",
        _ => state,
    };
}
