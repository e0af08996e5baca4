using System.Globalization;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Runs;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Tasks;

/// <summary>GET /tasks/{key}/runs — 200 a page of its runs, newest first; 400, 404.</summary>
public static class ListTaskRuns
{
    public static void Map(RouteGroupBuilder tasks) => tasks.MapGet("/{key}/runs", Handle)
        .WithName("ListTaskRuns").WithSummary("Every attempt at a task, newest first, by pages.")
        .ProducesProblem(400).ProducesProblem(404);

    internal static async Task<Results<Ok<Page<RunView>>, ProblemHttpResult>> Handle(
        string key, string? after, int? limit, HttpRequest request, BoardDbContext db, CancellationToken ct)
    {
        if (Queries.WhyNot(request, limit, "after", "limit") is { } invalid)
            return invalid;
        var before = int.MaxValue;
        if (after is not null && !(Cursors.TryRead(after, out var number) && int.TryParse(number, CultureInfo.InvariantCulture, out before)))
            return Cursors.Refused();
        if (!(await db.FindTaskIdsAsync([key], ct)).TryGetValue(key, out var id))
            return await db.NoTaskAsync(key, ct);

        var size = limit ?? Limits.DefaultPageSize;
        var runs = await db.Runs.AsNoTracking().Where(r => r.TaskId == id && r.Number < before)
            .OrderByDescending(r => r.Number).Take(size + 1).ToListAsync(ct);
        var next = runs.Count > size ? Cursors.Write(runs[size - 1].Number.ToString(CultureInfo.InvariantCulture)) : null;
        return TypedResults.Ok(new Page<RunView>(await RunViews.ForAsync(db, [.. runs.Take(size)], ct), next));
    }
}
