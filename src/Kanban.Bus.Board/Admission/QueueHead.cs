using Kanban.Bus.Board.Storage;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Admission;

/// <summary>A queue in which tasks wait, by the first of them in line.</summary>
/// <param name="FirstGroup">The first of its <see cref="AdmissionGroup"/>s; when it is the last one too, there is no other.</param>
public sealed record QueueHead(string Lane, string RequirementSet, string? Host, string Needs, DateTimeOffset? TurnAt, string FirstGroup, string LastGroup)
{
    /// <summary>Every queue in which a task waits. It steps through the index from queue to queue, whatever the number of tasks.</summary>
    public static IQueryable<QueueHead> All(BoardDbContext db) => db.Set<QueueHead>().FromSql(
        $"""
        WITH RECURSIVE heads (id) AS (
            SELECT (
                SELECT id FROM tasks WHERE status = 'ready' AND live_run_id IS NULL AND NOT archived AND lane IS NOT NULL
                ORDER BY lane, requirement_set, turn_at, id LIMIT 1)
            UNION ALL
            SELECT (
                SELECT t.id FROM tasks AS t
                WHERE t.status = 'ready' AND t.live_run_id IS NULL AND NOT t.archived AND (t.lane, t.requirement_set) > (h.lane, h.requirement_set)
                ORDER BY t.lane, t.requirement_set, t.turn_at, t.id LIMIT 1)
            FROM heads JOIN tasks AS h ON h.id = heads.id)
        SELECT h.lane, h.requirement_set, h.host, h.needs, h.turn_at,
            (SELECT t.admission_group FROM tasks AS t
                WHERE t.status = 'ready' AND t.live_run_id IS NULL AND NOT t.archived AND t.lane = h.lane AND t.requirement_set = h.requirement_set
                ORDER BY t.admission_group LIMIT 1) AS first_group,
            (SELECT t.admission_group FROM tasks AS t
                WHERE t.status = 'ready' AND t.live_run_id IS NULL AND NOT t.archived AND t.lane = h.lane AND t.requirement_set = h.requirement_set
                ORDER BY t.admission_group DESC LIMIT 1) AS last_group
        FROM heads JOIN tasks AS h ON h.id = heads.id
        """);

    /// <summary>The groups of its tasks, in the same way.</summary>
    /// <param name="most">Where there are more, those behind are found by their turns alone.</param>
    public async Task<List<AdmissionGroup>> GroupsAsync(BoardDbContext db, int most, CancellationToken ct) => FirstGroup == LastGroup
        ? [AdmissionGroup.Read(FirstGroup)]
        : (await db.Database.SqlQuery<string>(
            $"""
            WITH RECURSIVE groups (name, place) AS (
                SELECT {FirstGroup}, 1
                UNION ALL
                SELECT (
                    SELECT t.admission_group FROM tasks AS t
                    WHERE t.status = 'ready' AND t.live_run_id IS NULL AND NOT t.archived AND t.lane = {Lane} AND t.requirement_set = {RequirementSet}
                        AND t.admission_group > groups.name
                    ORDER BY t.admission_group LIMIT 1), place + 1
                FROM groups WHERE name IS NOT NULL AND place < {most})
            SELECT name AS "Value" FROM groups WHERE name IS NOT NULL
            """).ToListAsync(ct)).ConvertAll(AdmissionGroup.Read);
}
