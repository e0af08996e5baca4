using Kanban.Bus.Board.Storage;
using Kanban.Bus.Tests.Harness;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Tests.Storage;

/// <summary>Migrations are SQL written by hand: here they are held against what EF would make of the model.</summary>
public sealed class SqliteSchemaTests : StoreSpec<SqliteStore>
{
    [Fact]
    public async Task The_migrations_yield_the_schema_of_the_model()
    {
        var file = Path.GetTempFileName();
        try
        {
            var options = new DbContextOptionsBuilder<SqliteBoardDbContext>().UseSqlite($"Data Source={file};Pooling=False").Options;
            await using var fresh = new SqliteBoardDbContext(options);
            await fresh.Database.EnsureCreatedAsync();
            var expected = await DescribeAsync(fresh);
            Assert.Contains(expected, line => line.StartsWith("tasks.status ", StringComparison.Ordinal));
            Assert.Contains(expected, line => line.StartsWith("ux_runs_one_live_per_task ", StringComparison.Ordinal));
            Assert.Equal(expected, await Store.ReadAsync(DescribeAsync));
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>Every column, key, reference and index, a line each.</summary>
    private static async Task<List<string>> DescribeAsync(BoardDbContext db)
    {
        const string text =
            """
            SELECT m.name || '.' || c.name || ' ' || c.type || ' notnull=' || c."notnull" || ' default=' || coalesce(c.dflt_value, '') || ' pk=' || c.pk
            FROM sqlite_master m, pragma_table_xinfo(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' AND m.name NOT LIKE '\_\_%' ESCAPE '\'
            UNION ALL
            SELECT m.name || ' references ' || f."table" || ' ' || f."from" || '→' || f."to" || ' delete=' || f.on_delete
            FROM sqlite_master m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table'
            UNION ALL
            SELECT i.name || ' ON ' || m.name || ' unique=' || i."unique" || ' ('
                || (SELECT group_concat(x.name || CASE x."desc" WHEN 1 THEN ' DESC' ELSE '' END, ', ') FROM pragma_index_xinfo(i.name) x WHERE x.key = 1)
                || ')' || coalesce(substr(s.sql, nullif(instr(s.sql, ' WHERE '), 0)), '')
            FROM sqlite_master m, pragma_index_list(m.name) i LEFT JOIN sqlite_master s ON s.type = 'index' AND s.name = i.name
            WHERE m.type = 'table' AND m.name NOT LIKE '\_\_%' ESCAPE '\'
            UNION ALL
            SELECT m.name || ' counts by itself' FROM sqlite_master m WHERE m.type = 'table' AND m.sql LIKE '%AUTOINCREMENT%'
            ORDER BY 1
            """;
        await db.Database.OpenConnectionAsync();
        await using var command = ((SqliteConnection)db.Database.GetDbConnection()).CreateCommand();
        command.CommandText = text;
        var lines = new List<string>();
        await using var rows = await command.ExecuteReaderAsync();
        while (await rows.ReadAsync())
            lines.Add(rows.GetString(0));
        return lines;
    }
}
