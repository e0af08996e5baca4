using Kanban.Bus.Board.Storage;
using Kanban.Bus.IntegrationTests.Servers;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.IntegrationTests.Storage;

/// <summary>Migrations are SQL written by hand: here they are held against what EF would make of the model.</summary>
public sealed class PostgresSchemaTests
{
    [NeedsServersFact]
    public async Task The_migrations_yield_the_schema_of_the_model()
    {
        var server = await SharedServers.PostgresAsync();
        await using var fresh = Open(await server.CreateDatabaseAsync());
        await fresh.Database.EnsureCreatedAsync();
        await using var migrated = Open(await server.CreateDatabaseAsync());
        await migrated.Database.MigrateAsync();

        var expected = await DescribeAsync(fresh);
        Assert.Contains(expected, line => line.StartsWith("tasks.status ", StringComparison.Ordinal));
        Assert.Contains(expected, line => line.Contains("ux_runs_one_live_per_task", StringComparison.Ordinal));
        Assert.Equal(expected, await DescribeAsync(migrated));
    }

    /// <summary>Every column, constraint and index, a line each.</summary>
    private static Task<List<string>> DescribeAsync(PostgresBoardDbContext db) => db.Database.SqlQuery<string>(
        $"""
        SELECT line AS "Value" FROM (
            SELECT table_name || '.' || column_name || ' ' || data_type || ' nullable=' || is_nullable || ' default=' || coalesce(column_default, '') || ' identity=' || coalesce(identity_generation, '') AS line
            FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE '\_\_%'
            UNION ALL
            SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
            WHERE connamespace = 'public'::regnamespace AND contype <> 'n' AND conrelid::regclass::text NOT LIKE '"\_\_%'
            UNION ALL
            SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename NOT LIKE '\_\_%'
        ) lines ORDER BY line COLLATE "C"
        """).ToListAsync();

    private static PostgresBoardDbContext Open(string connection) =>
        new(new DbContextOptionsBuilder<PostgresBoardDbContext>().UseNpgsql(connection).Options);
}
