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

    private static async Task<Results<Ok<WhyView>, ProblemHttpResult>> Handle(
        string key, BoardDbContext db, WaitReasons reasons, SnapshotReader snapshots, CancellationToken ct)
    {
        var task = KanbanTask.TryParseKey(key, out var board, out var number)
            ? await db.Tasks.AsNoTracking().SingleOrDefaultAsync(t => t.Board == board && t.Number == number, ct)
            : null;
        if (task is null)
            return Problems.NotFound("task", key);
        if (!(await reasons.ForAsync([task], ct)).TryGetValue(task.Id, out var wait))
            return TypedResults.Ok(new WhyView(task.Key, task.Status, false, null, await NotWaitingAsync(db, task, ct), null));

        var inLine = task.Status is Status.Ready && task.LiveRunId is null && !task.Archived;
        var holders = wait.Code switch
        {
            WaitCode.LaneCap => await HoldersAsync(db.Runs.Where(r => r.Lane == task.Lane), db, ct),
            WaitCode.BoardCap => await HoldersAsync(db.Runs.Where(r => r.Board == task.Board), db, ct),
            WaitCode.GlobalCap => await HoldersAsync(db.Runs, db, ct),
            WaitCode.NoSlot => await HoldersAsync(db.Runs.Where(r => r.Lane == task.Lane && r.WorkerId != null), db, ct),
            _ => "",
        };
        return TypedResults.Ok(new WhyView(task.Key, task.Status, true, wait.Code, wait.Reason + holders, inLine ? await snapshots.PlaceAsync(task, ct) : null));
    }

    /// <summary>The runs that have held units the longest, in words.</summary>
    private static async Task<string> HoldersAsync(IQueryable<Runs.Run> runs, BoardDbContext db, CancellationToken ct)
    {
        var now = await db.NowAsync(ct);
        var live = runs.AsNoTracking().Where(r => r.Live);
        var count = await live.CountAsync(ct);
        var oldest = await live.OrderBy(r => r.OfferedAt).Take(HoldersNamed).ToListAsync(ct);
        return oldest.Count == 0
            ? ""
            : " by " + string.Join(", ", oldest.Select(r => $"{r.TaskKey} ({(r.WorkerId is null ? "offered" : $"{r.WorkerId}@{r.Host}")}, {Ago(now - r.OfferedAt)})"))
                + (count > oldest.Count ? $" and {count - oldest.Count} more" : "");
    }

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
