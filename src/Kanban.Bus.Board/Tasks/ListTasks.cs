using System.Globalization;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Tasks;

/// <summary>GET /tasks — 200 a page, newest first; 400 an unknown name, status, parameter or cursor.</summary>
/// <remarks>Pages go by the sort key of their last row, so rows that come or go between two pages are neither skipped nor shown twice.</remarks>
public static class ListTasks
{
    /// <param name="Status">One or more, comma between them.</param>
    /// <param name="Host">The host a task must run on, or runs on now.</param>
    /// <param name="Q">Part of the title, case aside, or a whole key.</param>
    /// <param name="Fault">Of which a run ended by this class of fault.</param>
    /// <param name="Archived">True: archived ones only. Default: none of them.</param>
    /// <param name="Overdue">True: those that are past their due time and have not ended. False: all others.</param>
    /// <param name="Sort"><c>newest</c> (default), <c>priority</c>: highest first, then oldest, or <c>due</c>: those that have a due time, the earliest first.</param>
    internal sealed record Query(
        [FromQuery] string? Board, [FromQuery] string? Status, [FromQuery] string? Lane, [FromQuery] string? Host, [FromQuery] string? Label,
        [FromQuery] string? Q, [FromQuery] bool? Archived, [FromQuery] string? Sort, [FromQuery] string? After, [FromQuery] int? Limit,
        [FromQuery(Name = "class")] string? Fault = null, [FromQuery] bool? Overdue = null);

    public static void Map(RouteGroupBuilder tasks) => tasks.MapGet("", Handle)
        .WithName("ListTasks").WithSummary("Tasks, newest first, by pages.")
        .ProducesProblem(400);

    internal static async Task<Results<Ok<Page<TaskView>>, ProblemHttpResult>> Handle(
        [AsParameters] Query query, HttpRequest request, BoardDbContext db, TaskViews views, CancellationToken ct)
    {
        if (Queries.WhyNot(request, query.Limit, "board", "status", "lane", "host", "label", "q", "archived", "overdue", "sort", "after", "limit", "class") is { } invalid)
            return invalid;
        if (query.Sort is not (null or "newest" or "priority" or "due"))
            return Problems.Invalid("sort", $"'sort' is 'newest', 'priority' or 'due'; given was '{TaskRules.Shown(query.Sort)}'.");
        var sort = query.Sort ?? "newest";
        TaskCursor? after = null;
        if (query.After is not null && (after = TaskCursor.Read(query.After, sort)) is null)
            return Cursors.Refused();
        if (await UnknownNameAsync(db, query, ct) is { } unknown)
            return unknown;
        if (TaskRules.Name("host", "host", query.Host).Concat(TaskRules.Name("label", "label", query.Label)).ToList() is { Count: > 0 } faults)
            return Problems.Invalid(faults);
        if (!TryStatuses(query.Status, out var statuses, out var wrong))
            return Problems.Unknown("status", "status", wrong, Nearest.To(wrong, Words.All<Status>()));

        if (query.Fault is { } fault && !Words.TryParse<ErrorClass>(fault, out _))
            return Problems.Unknown("class", "class", fault, Nearest.To(fault, Words.All<ErrorClass>()));

        var limit = query.Limit ?? Limits.DefaultPageSize;
        var rows = await Sort(Filter(db, query, statuses), after, sort).AsNoTracking().Take(limit + 1).ToListAsync(ct);
        var next = rows.Count > limit ? TaskCursor.Of(rows[limit - 1], sort) : null;
        return TypedResults.Ok(new Page<TaskView>(await views.ForAsync([.. rows.Take(limit)], ct), next));
    }

    private static IQueryable<KanbanTask> Filter(BoardDbContext db, Query query, List<Status> statuses)
    {
        var archived = query.Archived ?? false;
        var tasks = db.Tasks.Where(t => t.Archived == archived);
        if (query.Board is { } board)
            tasks = tasks.Where(t => t.Board == board);
        // One alone comes out of its index in order.
        if (statuses is [var status])
            tasks = tasks.Where(t => t.Status == status);
        else if (statuses.Count > 0)
            tasks = tasks.Where(t => statuses.Contains(t.Status));
        if (query.Lane is { } lane)
            tasks = tasks.Where(t => t.Lane == lane);
        if (query.Overdue is { } overdue)
            tasks = tasks.Where(t => (t.Due != null && t.Due < BoardDbContext.Now() && t.EndedAt == null) == overdue);
        if (query.Host is { } host)
            tasks = tasks.Where(t => t.Host == host || db.Runs.Any(r => r.CorrelationId == t.LiveRunId && r.Host == host));
        if (query.Label is { } label)
            tasks = tasks.Where(t => t.Labels.Contains("," + label + ","));
        if (query.Fault is { } word)
        {
            var fault = Words.Parse<ErrorClass>(word);
            tasks = tasks.Where(t => db.Runs.Any(r => r.TaskId == t.Id && r.Class == fault));
        }
        if (!string.IsNullOrEmpty(query.Q))
        {
            var text = query.Q.ToLowerInvariant();
            var isKey = KanbanTask.TryParseKey(text, out var ofBoard, out var number);
#pragma warning disable CA1304, CA1311, CA1862 // Translated to SQL's lower(): the database has no cultures to choose from.
            tasks = tasks.Where(t => t.Title.ToLower().Contains(text) || (isKey && t.Board == ofBoard && t.Number == number));
#pragma warning restore CA1304, CA1311, CA1862
        }

        return tasks;
    }

    private static IQueryable<KanbanTask> Sort(IQueryable<KanbanTask> tasks, TaskCursor? after, string sort)
    {
        // Ids rise with the time of creation on the database's clock.
        switch (sort)
        {
            case "priority":
                if (after is { } last)
                    tasks = tasks.Where(t => t.Priority < last.Priority || (t.Priority == last.Priority && t.Id.CompareTo(last.Id) > 0));
                return tasks.OrderByDescending(t => t.Priority).ThenBy(t => t.Id);
            case "due":
                if (after is { Due: { } due } latest)
                    tasks = tasks.Where(t => t.Due > due || (t.Due == due && t.Id.CompareTo(latest.Id) > 0));
                return tasks.Where(t => t.Due != null).OrderBy(t => t.Due).ThenBy(t => t.Id);
            default:
                return (after is { } oldest ? tasks.Where(t => t.Id.CompareTo(oldest.Id) < 0) : tasks).OrderByDescending(t => t.Id);
        }
    }

    private static async Task<ProblemHttpResult?> UnknownNameAsync(BoardDbContext db, Query query, CancellationToken ct)
    {
        if (query.Board is { } board && await db.Boards.Select(b => b.Key).ToListAsync(ct) is var boards && !boards.Contains(board))
            return Problems.Unknown("board", "board", board, Nearest.To(board, boards));
        if (query.Lane is { } lane && await db.Lanes.Select(l => l.Name).ToListAsync(ct) is var lanes && !lanes.Contains(lane))
            return Problems.Unknown("lane", "lane", lane, Nearest.To(lane, lanes));
        return null;
    }

    private static bool TryStatuses(string? words, out List<Status> statuses, out string wrong)
    {
        (statuses, wrong) = ([], "");
        foreach (var word in (words ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (!Words.TryParse<Status>(word, out var status))
            {
                wrong = word;
                return false;
            }

            statuses.Add(status);
        }

        // A comma alone is no filter that anybody can mean.
        wrong = words ?? "";
        return words is null || statuses.Count > 0;
    }

    /// <summary>Sort key of a page's last row.</summary>
    private sealed record TaskCursor(Guid Id, int Priority = 0, DateTimeOffset? Due = null)
    {
        public static string Of(KanbanTask task, string sort) => Cursors.Write(sort switch
        {
            "priority" => string.Create(CultureInfo.InvariantCulture, $"p:{task.Priority}:{task.Id:N}"),
            "due" => string.Create(CultureInfo.InvariantCulture, $"d:{task.Due!.Value.UtcTicks}:{task.Id:N}"),
            _ => $"n:{task.Id:N}",
        });

        public static TaskCursor? Read(string cursor, string sort)
        {
            if (!Cursors.TryRead(cursor, out var key) || key.Split(':') is not [var kind, .., var last] parts || !Guid.TryParseExact(last, "N", out var id))
                return null;
            return (kind, sort, parts) switch
            {
                ("n", "newest", [_, _]) => new(id),
                ("p", "priority", [_, var text, _]) when int.TryParse(text, CultureInfo.InvariantCulture, out var priority) => new(id, priority),
                ("d", "due", [_, var text, _]) when long.TryParse(text, CultureInfo.InvariantCulture, out var ticks) && ticks is >= 0 and < 3155378976000000000 => new(id, Due: new DateTimeOffset(ticks, TimeSpan.Zero)),
                _ => null,
            };
        }
    }
}
