using System.Globalization;
using System.Text;
using Kanban.Bus.Board.Events;
using Kanban.Bus.Board.Runs;
using Kanban.Bus.Board.Tasks;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata;
using Npgsql;

namespace Kanban.Bus.Board.Storage;

/// <summary>Saves what a large batch changed with one statement per kind of change, where EF Core sends one per row.</summary>
/// <remarks>PostgreSQL alone: each statement takes a column's values as one array. What it does not know, EF Core saves.</remarks>
internal sealed class WriteTogether(DbContext db)
{
    /// <summary>Fewer changes than this are not worth it.</summary>
    private const int Least = 12;

    /// <summary>Those it knows, in the order in which new rows may refer to each other.</summary>
    private static readonly List<Type> Known = [typeof(KanbanTask), typeof(TaskLink), typeof(Run), typeof(Lease), typeof(BoardEvent)];

    /// <returns>False when nothing was written: EF Core has to do it.</returns>
    /// <exception cref="DbUpdateConcurrencyException">A row was changed by another transaction since it was read.</exception>
    /// <exception cref="DbUpdateException">The database refused a statement.</exception>
    public async Task<bool> TryAsync(IReadOnlyList<EntityEntry> changes, CancellationToken ct)
    {
        if (changes.Count < Least || changes.Any(c => !Known.Contains(c.Metadata.ClrType)))
            return false;
        try
        {
            foreach (var group in Grouped(changes, EntityState.Deleted))
                await DeleteAsync(group, ct);
            foreach (var kind in Grouped(changes, EntityState.Modified))
                foreach (var group in kind.GroupBy(e => string.Join(',', e.Properties.Where(p => p.IsModified).Select(p => p.Metadata.Name))))
                    await UpdateAsync([.. group], ct);
            foreach (var group in Grouped(changes, EntityState.Added))
                await InsertAsync(group, ct);
            return true;
        }
        catch (PostgresException error)
        {
            throw new DbUpdateException(error.MessageText, error);
        }
    }

    private static IEnumerable<List<EntityEntry>> Grouped(IReadOnlyList<EntityEntry> changes, EntityState state) => changes
        .Where(c => c.State == state).GroupBy(c => c.Metadata.ClrType).OrderBy(g => Known.IndexOf(g.Key)).Select(g => g.ToList());

    private async Task InsertAsync(List<EntityEntry> rows, CancellationToken ct)
    {
        // In their order: the database numbers events as they come.
        var columns = rows[0].Metadata.GetProperties().Where(p => p.ValueGenerated is ValueGenerated.Never).Select(p => new Column(p, p.GetColumnName(), OfOriginal: false)).ToList();
        var names = string.Join(", ", columns.Select(c => $"\"{c.Name}\""));
        await ExecuteAsync($"INSERT INTO {rows[0].Metadata.GetTableName()} ({names}) SELECT {names} FROM {Rows(columns)} ORDER BY place", columns, rows, ct);
    }

    private async Task UpdateAsync(List<EntityEntry> rows, CancellationToken ct)
    {
        var keys = Keys(rows[0]);
        var columns = rows[0].Properties.Where(p => p.IsModified).Select(p => new Column(p.Metadata, p.Metadata.GetColumnName(), OfOriginal: false)).ToList();
        var set = string.Join(", ", columns.Select(c => $"\"{c.Name}\" = r.\"{c.Name}\""));
        await ExecuteAsync($"UPDATE {rows[0].Metadata.GetTableName()} AS t SET {set} FROM {Rows([.. columns, .. keys])} WHERE {Same(keys)}", [.. columns, .. keys], rows, ct);
    }

    private async Task DeleteAsync(List<EntityEntry> rows, CancellationToken ct)
    {
        var keys = Keys(rows[0]);
        await ExecuteAsync($"DELETE FROM {rows[0].Metadata.GetTableName()} AS t USING {Rows(keys)} WHERE {Same(keys)}", keys, rows, ct);
    }

    private async Task ExecuteAsync(string sql, List<Column> columns, List<EntityEntry> rows, CancellationToken ct)
    {
        var parameters = columns.Select((c, i) => c.Parameter(string.Create(CultureInfo.InvariantCulture, $"p{i}"), rows)).ToArray<object>();
        var written = await db.Database.ExecuteSqlRawAsync(sql, parameters, ct);
        if (written != rows.Count)
            throw new DbUpdateConcurrencyException($"{rows.Count - written} of {rows.Count} rows of {rows[0].Metadata.GetTableName()} were changed by another transaction since they were read.");
    }

    /// <summary>What a row is found by: its key, and the version it was read with.</summary>
    private static List<Column> Keys(EntityEntry row) =>
        [.. row.Metadata.GetProperties().Where(p => p.IsPrimaryKey() || p.IsConcurrencyToken).Select(p => new Column(p, "was_" + p.GetColumnName(), OfOriginal: true))];

    private static string Same(List<Column> keys) => string.Join(" AND ", keys.Select(k => $"t.\"{k.Name[4..]}\" = r.\"{k.Name}\""));

    private static string Rows(List<Column> columns)
    {
        var text = new StringBuilder("unnest(");
        text.AppendJoin(", ", columns.Select((_, i) => string.Create(CultureInfo.InvariantCulture, $"@p{i}")));
        text.Append(") WITH ORDINALITY AS r (").AppendJoin(", ", columns.Select(c => $"\"{c.Name}\"")).Append(", place)");
        return text.ToString();
    }

    private sealed record Column(IProperty Property, string Name, bool OfOriginal)
    {
        /// <summary>The values of all rows as one array.</summary>
        public NpgsqlParameter Parameter(string name, List<EntityEntry> rows) =>
            new(name, ColumnReader.Of(Property).Read(rows, OfOriginal)) { DataTypeName = Property.GetColumnType() + "[]" };
    }
}
