using System.Globalization;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Events;

/// <summary>GET /alarms — 200 what a person should look at, newest first, by pages; 400.</summary>
public static class ListAlarms
{
    public static void Map(RouteGroupBuilder api) => api.MapGet("/alarms", Handle)
        .WithTags("Events").WithName("ListAlarms").WithSummary("What a person should look at, newest first.")
        .ProducesProblem(400);

    internal static async Task<Results<Ok<Page<EventView>>, ProblemHttpResult>> Handle(
        string? after, int? limit, HttpRequest request, BoardDbContext db, CancellationToken ct)
    {
        if (Queries.WhyNot(request, limit, "after", "limit") is { } invalid)
            return invalid;
        var before = long.MaxValue;
        if (after is not null && !(Cursors.TryRead(after, out var seq) && long.TryParse(seq, CultureInfo.InvariantCulture, out before)))
            return Cursors.Refused();
        var size = limit ?? Limits.DefaultPageSize;
        // The constant, so that the index of alarms alone is used.
        var rows = await db.Events.AsNoTracking().Where(e => e.Type == EventTypes.AlarmRaised && e.Seq < before).OrderByDescending(e => e.Seq).Take(size + 1).ToListAsync(ct);
        var next = rows.Count > size ? Cursors.Write(rows[size - 1].Seq.ToString(CultureInfo.InvariantCulture)) : null;
        return TypedResults.Ok(new Page<EventView>([.. rows.Take(size).Select(EventView.Of)], next));
    }
}
