using Kanban.Bus.Board.Hosting;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Storage;

/// <summary>Keeps a second board off a SQLite file. The operating system lets go of it when the process ends, however it ends.</summary>
internal sealed class SqliteFileLock : IDisposable
{
    private readonly FileStream _file;

    private SqliteFileLock(FileStream file) => _file = file;

    /// <exception cref="SettingsException">Another process has it.</exception>
    public static SqliteFileLock Take(string database)
    {
        try
        {
            return new SqliteFileLock(new FileStream(database + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException) when (File.Exists(database + ".lock"))
        {
            throw new SettingsException($"Another board runs on {database}: one process has a SQLite file. Stop the other one, or choose another Home.");
        }
    }

    /// <summary>EF's migrator marks a running migration with a row, which a killed process leaves behind and the next one would wait for without end. Who holds the file's lock knows that nobody migrates.</summary>
    public static async Task ForgetKilledMigrationAsync(BoardDbContext db, CancellationToken ct)
    {
        var tables = await db.Database.SqlQuery<int>($"SELECT COUNT(*) AS \"Value\" FROM sqlite_master WHERE name = '__EFMigrationsLock'").SingleAsync(ct);
        if (tables > 0)
            await db.Database.ExecuteSqlAsync($"DELETE FROM \"__EFMigrationsLock\"", ct);
    }

    public void Dispose() => _file.Dispose();
}
