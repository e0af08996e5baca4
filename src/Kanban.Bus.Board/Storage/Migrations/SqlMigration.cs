using System.Reflection;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Kanban.Bus.Board.Storage.Migrations;

/// <summary>A step of the schema, written by hand as SQL in the file of the same name beside it. Steps only go forward.</summary>
public abstract class SqlMigration : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        var folder = GetType().Namespace!.Split('.')[^1];
        var id = GetType().GetCustomAttribute<MigrationAttribute>()!.Id;
        var resource = $"{typeof(SqlMigration).Namespace}.{folder}.{id}.sql";
        using var stream = typeof(SqlMigration).Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"The migration's file {resource} is not in the assembly.");
        using var reader = new StreamReader(stream);
        migrationBuilder.Sql(reader.ReadToEnd());
    }
}
