using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Alarms;

/// <summary>GET /alarms — 200 what a person should look at, newest first, by pages; 400.</summary>
public static class ListAlarms
{
    public static void Map(RouteGroupBuilder api) => api.MapGet("/alarms", Handle)
        .WithTags("Alarms").WithName("ListAlarms").WithSummary("What a person should look at, newest first; with cleared=true also what was.")
        .ProducesProblem(400);

    internal static async Task<Results<Ok<Page<AlarmView>>, ProblemHttpResult>> Handle(
        bool? cleared, string? after, int? limit, HttpRequest request, BoardDbContext db, CancellationToken ct)
    {
        if (Queries.WhyNot(request, limit, "cleared", "after", "limit") is { } invalid)
            return invalid;
        Guid? before = null;
        if (after is not null)
        {
            if (!Cursors.TryRead(after, out var key) || !Guid.TryParse(key, out var last))
                return Cursors.Refused();
            before = last;
        }

        var size = limit ?? Limits.DefaultPageSize;
        // Ids rise with time.
        var rows = await db.Alarms.AsNoTracking().Where(a => (cleared == true || a.ClearedAt == null) && (before == null || a.Id.CompareTo(before.Value) < 0))
            .OrderByDescending(a => a.Id).Take(size + 1).ToListAsync(ct);
        var next = rows.Count > size ? Cursors.Write(rows[size - 1].Id.ToString()) : null;
        return TypedResults.Ok(new Page<AlarmView>([.. rows.Take(size).Select(a => a.View())], next));
    }
}
