using Kanban.Bus.Board.Runs;
using Kanban.Bus.Board.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kanban.Bus.Board.Tasks;

/// <summary>GET /tasks/{key}/brief — 200 Markdown, just what its run reads; 404.</summary>
public static class ShowBrief
{
    public static void Map(RouteGroupBuilder tasks) => tasks.MapGet("/{key}/brief", Handle)
        .WithName("ShowBrief").WithSummary("What the task's run reads, or its next one would.")
        .Produces<string>(200, "text/markdown").ProducesProblem(404);

    private static async Task<Results<ContentHttpResult, ProblemHttpResult>> Handle(string key, BoardDbContext db, Briefs briefs, CancellationToken ct) =>
        await db.FindTaskAsync(key, ct) is { } task
            ? TypedResults.Text(await briefs.OfAsync(task, ct), "text/markdown; charset=utf-8")
            : await db.NoTaskAsync(key, ct);
}
