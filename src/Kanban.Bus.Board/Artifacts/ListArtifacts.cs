using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Board.Tasks;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Artifacts;

/// <summary>GET /tasks/{key}/artifacts — 200 a page of its files, newest first; 400, 404.</summary>
public static class ListArtifacts
{
    public static void Map(RouteGroupBuilder api) => api.MapGet("/tasks/{key}/artifacts", Handle)
        .WithName("ListArtifacts").WithSummary("The files of a task, newest first: what its runs made and what people attached.").WithTags("Tasks")
        .ProducesProblem(400).ProducesProblem(404);

    internal static async Task<Results<Ok<Page<ArtifactView>>, ProblemHttpResult>> Handle(
        string key, string? after, int? limit, HttpRequest request, BoardDbContext db, CancellationToken ct)
    {
        if (Queries.WhyNot(request, limit, "after", "limit") is { } invalid)
            return invalid;
        var before = Guid.AllBitsSet;
        if (after is not null && !(Cursors.TryRead(after, out var id) && Guid.TryParse(id, out before)))
            return Cursors.Refused();
        if (!(await db.FindTaskIdsAsync([key], ct)).TryGetValue(key, out var task))
            return await db.NoTaskAsync(key, ct);

        var size = limit ?? Limits.DefaultPageSize;
        var rows = await (
            from a in db.Artifacts.AsNoTracking()
            where a.TaskId == task && a.StoredAt != null && a.Id.CompareTo(before) < 0
            join r in db.Runs on a.RunId equals r.CorrelationId into runs
            from run in runs.DefaultIfEmpty()
            orderby a.Id descending
            select new { Artifact = a, Number = (int?)run.Number, State = (string?)run.State }).Take(size + 1).ToListAsync(ct);
        var next = rows.Count > size ? Cursors.Write(rows[size - 1].Artifact.Id.ToString()) : null;
        return TypedResults.Ok(new Page<ArtifactView>([.. rows.Take(size).Select(r => Of(r.Artifact, r.Number, r.State))], next));
    }

    private static ArtifactView Of(Artifact a, int? number, string? state) => new(
        a.Id, a.Kind, a.Name, a.SizeBytes, a.Sha256!, a.ContentType!, a.StoredAt!.Value, a.By, number, a.RunId, state is null ? null : Enum.Parse<RunState>(state));
}
