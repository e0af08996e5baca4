using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Board.Tasks;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Admission;

/// <summary>GET /tasks/{key}/why — 200 what holds it, or that nothing does; 404 no such task.</summary>
internal static class WhyTask
{
    private const int HoldersNamed = 3;

    public static void Map(RouteGroupBuilder api) => api.MapGet("/tasks/{key}/why", Handle)
        .WithTags("Tasks").WithName("WhyTask").WithSummary("Says why a task has not started");

    internal static async Task<Results<Ok<WhyView>, ProblemHttpResult>> Handle(
        string key, BoardDbContext db, WaitReasons reasons, SnapshotReader snapshots, Places places, Holders holders, UsualLengths lengths, CancellationToken ct)
    {
        var task = KanbanTask.TryParseKey(key, out var board, out var number)
            ? await db.Tasks.AsNoTracking().SingleOrDefaultAsync(t => t.Board == board && t.Number == number, ct)
            : null;
        if (task is null)
            return Problems.NotFound("task", key);
        var frame = task.Status is Status.Ready ? await snapshots.FrameAsync(ct) : null;
        if (!(await reasons.ForAsync([task], ct, frame)).TryGetValue(task.Id, out var wait))
            return TypedResults.Ok(new WhyView(task.Key, task.Status, false, null, await NotWaitingAsync(db, task, ct), null));

        var held = await holders.OfAsync(task, wait, ct);
        int? place = null;
        TimeSpan? about = null;
        if (frame is not null && task.LiveRunId is null && !task.Archived)
        {
            place = await places.OfAsync(task, frame, ct);
            if (held is not null || wait.Until is not null)
                about = About(task, wait, place.Value, held, frame, (await lengths.OfAsync(db, task.Lane!, frame.Now, ct))?.Median);
        }

        return TypedResults.Ok(new WhyView(
            task.Key, task.Status, true, wait.Code, wait.Reason + Named(held ?? []), place, wait.Cap?.ToString(), held, about is { } time ? Math.Round(time.TotalSeconds) : null, wait.Until));
    }

    /// <summary>Until it may start, counted on over times at which a window keeps it closed.</summary>
    /// <param name="usual">The median length of the lane's last runs.</param>
    private static TimeSpan? About(KanbanTask task, Wait wait, int place, List<HolderView>? held, Snapshot frame, TimeSpan? usual)
    {
        var guess = held is not null
            ? usual is { } length ? Estimate.Of(place, length, held.Select(h => TimeSpan.FromSeconds(h.Seconds))) : null
            : RoomThen(frame, task, wait) is var room and > 0 ? Estimate.AfterOpening(wait.Until!.Value - frame.Now, place, room, usual) : null;
        return guess is { } time ? Estimate.Open([.. frame.CapsOf(SnapshotReader.Of(task))], frame.Now + time) - frame.Now : null;
    }

    /// <summary>How many of its lane may run at once when the window opens that it waits for.</summary>
    private static int RoomThen(Snapshot frame, KanbanTask task, Wait wait)
    {
        var slots = frame.Workers.Where(w => w.TakesWork).Sum(w => w.Slots.GetValueOrDefault(task.Lane!));
        return wait.Cap is { } cap && frame.Caps.GetValueOrDefault(cap)?.Windows?.At(wait.Until!.Value).Limit is { } limit && limit < slots ? limit : slots;
    }

    /// <summary>The runs that have held units the longest, in words.</summary>
    private static string Named(List<HolderView> held) => held.Count == 0
        ? ""
        : " by " + string.Join(", ", held.Take(HoldersNamed).Select(h =>
            $"{h.TaskKey} ({(h.WorkerId is null ? "offered" : $"{h.Profile}@{h.Host}")}, {Ago(TimeSpan.FromSeconds(h.Seconds))})"))
            + (held.Count > HoldersNamed ? $" and {held.Count - HoldersNamed} more" : "");

    private static async Task<string> NotWaitingAsync(BoardDbContext db, KanbanTask task, CancellationToken ct)
    {
        if (task.Status is not Status.Running)
            return $"it does not wait: it is {Words.Of(task.Status)}{(task.Reason is null ? "" : ": " + task.Reason)}";
        var run = await db.Runs.AsNoTracking().SingleOrDefaultAsync(r => r.CorrelationId == task.LiveRunId, ct);
        return run is null
            ? "it does not wait: it runs"
            : $"it does not wait: run {run.Number} is {Words.Of(run.StateName)} on {run.WorkerId}@{run.Host} for {Ago(await db.NowAsync(ct) - (run.StartedAt ?? run.OfferedAt))}";
    }

    private static string Ago(TimeSpan time) => time switch
    {
        { TotalMinutes: < 1 } => $"{Math.Max(0, time.TotalSeconds):0} s",
        { TotalHours: < 1 } => $"{time.TotalMinutes:0} min",
        _ => $"{time.TotalHours:0} h",
    };
}
