using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Storage;

/// <summary>Work that one replica does for all every so often. One row each.</summary>
/// <remarks>A turn that its taker did not finish, because it died or failed, is made up for by the next one: only for work that bears it.</remarks>
public sealed class Turn
{
    /// <summary>The sweep of files.</summary>
    public const string Files = "files";

    public required string Name { get; init; }

    /// <summary>On the database's clock; from then on the first replica that asks has the next turn.</summary>
    public DateTimeOffset NextAt { get; init; }
}

public static class TakenTurns
{
    /// <summary>Takes the turn that is due and puts the next one off, with one statement: of replicas that ask together one gets it.</summary>
    /// <param name="every">Until another turn is due.</param>
    /// <returns>Whether it is this replica's turn.</returns>
    public static async Task<bool> TakeTurnAsync(this BoardDbContext db, string name, TimeSpan every, CancellationToken ct)
    {
        var now = await db.NowAsync(ct);
        var next = now + every;
        return await db.Turns.Where(t => t.Name == name && t.NextAt <= now).ExecuteUpdateAsync(set => set.SetProperty(t => t.NextAt, next), ct) == 1;
    }
}
