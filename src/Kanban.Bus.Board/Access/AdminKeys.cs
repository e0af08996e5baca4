using Kanban.Bus.Board.Events;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Access;

/// <summary>The keys that exist before anybody has called: those of the settings, and on the first start one in a file.</summary>
public sealed class AdminKeys(BoardOptions options, TimeProvider clock, ILogger<AdminKeys> log)
{
    public string FilePath => Path.Combine(options.Home, "admin.key");

    /// <summary>Brings the rows in line with the settings. When no admin key is good, it makes one, writes it to <see cref="FilePath"/> and says where.</summary>
    /// <remarks>Replicas that start together take turns. The file is written before the row: a crash between the two leaves a file whose key the next start takes.</remarks>
    public Task EnsureAsync(BoardDbContext db, CancellationToken ct) => db.InTransactionAsync(async () =>
    {
        await db.LockAsync(BoardLock.Access, ct);
        await FollowSettingsAsync(db, TokenKind.Admin, options.Access.AdminKey, "Access:AdminKey", ct);
        await FollowSettingsAsync(db, TokenKind.Worker, options.Access.WorkerKey, "Access:WorkerKey", ct);
        await db.SaveChangesAsync(ct);
        if (!await db.Tokens.AnyAsync(t => t.Kind == TokenKind.Admin && t.RevokedAt == null, ct))
            await MakeFirstKeyAsync(db, ct);
    }, ct);

    private async Task FollowSettingsAsync(BoardDbContext db, TokenKind kind, string? key, string setting, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var row = await db.Tokens.SingleOrDefaultAsync(t => t.Name == AccessToken.OfSettings && t.Kind == kind, ct);
        if (key is null)
        {
            if (row is { RevokedAt: null })
                row.Revoke(db, Actors.Board, now);
            return;
        }

        var hash = Tokens.Hash(key);
        if (row is { RevokedAt: null } && row.Hash.AsSpan().SequenceEqual(hash))
            return;
        if (await db.Tokens.AsNoTracking().SingleOrDefaultAsync(t => t.Hash == hash && t.Name != AccessToken.OfSettings, ct) is { } same)
        {
            if (same.Kind != kind || !same.IsGood(now))
                throw new SettingsException($"{setting} is a token that this board knows as {(same.IsGood(now) ? Words.Of(same.Kind) : "revoked")}; choose a new one.");
            return;
        }
        if (row is null)
            db.Tokens.Add(row = new AccessToken { Id = Guid.CreateVersion7(), Name = AccessToken.OfSettings, Kind = kind, Hash = hash });
        row.Hash = hash;
        row.CreatedAt = now;
        row.RevokedAt = null;
        db.Events.Add(BoardEvent.OfAccess(EventTypes.TokenCreated, Actors.Board, now, new { row.Id, row.Name, row.Kind }));
    }

    private async Task MakeFirstKeyAsync(BoardDbContext db, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var kept = File.Exists(FilePath) ? (await File.ReadAllTextAsync(FilePath, ct)).Trim() : "";
        var (token, row) = AccessToken.New(TokenKind.Admin, "admin", now);
        if (kept.StartsWith(Tokens.Admin, StringComparison.Ordinal) && kept.Length == token.Length && !await IsKnownAsync(db, kept, ct))
            row.Hash = Tokens.Hash(kept);
        else
            await WriteAsync(token, ct);
        db.Tokens.Add(row);
        db.Events.Add(BoardEvent.OfAccess(EventTypes.TokenCreated, Actors.Board, now, new { row.Id, row.Name, row.Kind }));
        log.FirstKey(FilePath);
    }

    private static Task<bool> IsKnownAsync(BoardDbContext db, string token, CancellationToken ct)
    {
        var hash = Tokens.Hash(token);
        return db.Tokens.AnyAsync(t => t.Hash == hash, ct);
    }

    /// <summary>Readable by the owner alone from its first byte on, and whole or not there.</summary>
    private async Task WriteAsync(string token, CancellationToken ct)
    {
        BoardHome.Create(options.Home);
        var draft = FilePath + ".new";
        File.Delete(draft);
        var create = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.WriteThrough };
        if (!OperatingSystem.IsWindows())
            create.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using (var writer = new StreamWriter(draft, create))
            await writer.WriteLineAsync(token.AsMemory(), ct);
        File.Move(draft, FilePath, overwrite: true);
    }
}

internal static partial class AdminKeysLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "The admin key is in {Path} (readable by its owner alone).")]
    public static partial void FirstKey(this ILogger<AdminKeys> log, string path);
}
