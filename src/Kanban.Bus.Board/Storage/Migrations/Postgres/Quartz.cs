using global::Quartz;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Kanban.Bus.Board.Storage.Migrations.Postgres;

/// <summary>The tables that Quartz fires schedules by, as the package itself describes them, in a database schema of their own.</summary>
[DbContext(typeof(PostgresBoardDbContext))]
[Migration("20261122000003_Quartz")]
public sealed class Quartz : Migration
{
    public const string Schema = "quartz";

    private const string Script = "Quartz.Impl.AdoJobStore.Schema.create_postgres.sql";

    protected override void Up(MigrationBuilder migrationBuilder)
    {
        using var stream = typeof(IScheduler).Assembly.GetManifestResourceStream(Script) ?? throw new InvalidOperationException($"Quartz has no {Script}.");
        using var reader = new StreamReader(stream);
        // {0} stands before the names of tables, {1} in those of indexes.
        var tables = reader.ReadToEnd().Replace("{0}", Schema + ".", StringComparison.Ordinal).Replace("{1}", "", StringComparison.Ordinal);
        migrationBuilder.Sql($"CREATE SCHEMA {Schema};\n{tables}");
    }
}
