namespace Kanban.Bus.Board.Storage;

/// <summary>A unit of work: read under locks, decide, save, commit.</summary>
public static class Transactions
{
    private const int Tries = 6;

    /// <summary>Runs the work in one transaction. When another transaction was in the way, it starts over from its first read, up to five times with jitter.</summary>
    /// <param name="work">Reads and changes rows. The change tracker is empty when it starts; it is saved, committed and emptied when it returns.</param>
    public static async Task<T> InTransactionAsync<T>(this BoardDbContext db, Func<Task<T>> work, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            db.ChangeTracker.Clear();
            try
            {
                await using var transaction = await db.Database.BeginTransactionAsync(ct);
                var result = await work();
                await db.SaveChangesAsync(acceptAllChangesOnSuccess: false, ct);
                await transaction.CommitAsync(ct);
                db.ChangeTracker.Clear();
                return result;
            }
            catch (Exception error) when (attempt < Tries && db.IsConflict(error))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(5, 20 * attempt)), ct);
            }
        }
    }

    public static Task InTransactionAsync(this BoardDbContext db, Func<Task> work, CancellationToken ct) =>
        db.InTransactionAsync(async () =>
        {
            await work();
            return true;
        }, ct);
}
