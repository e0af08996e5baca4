using System.Text.RegularExpressions;
using Kanban.Bus.Board.Access;
using Kanban.Bus.Board.Lanes;
using Kanban.Bus.Board.Runs;
using Kanban.Bus.Board.Tasks;
using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Hosting;

namespace Kanban.Bus.Tests.Access;

/// <summary>One caller of every kind on a board, with two workers that hold a run each.</summary>
internal sealed partial class AccessCallers
{
    public const string OwnWorker = "own-worker";
    private readonly Guid _run;
    private readonly string _task;

    private AccessCallers(Guid run, string task, IReadOnlyList<(string, HttpClient)> all) => (_run, _task, All) = (run, task, all);

    public IReadOnlyList<(string Name, HttpClient Client)> All { get; }

    public static async Task<AccessCallers> SeedAsync(BoardServer board)
    {
        var now = TimeProvider.System.GetUtcNow();
        var (browser, browserRow) = AccessToken.New(TokenKind.Browser, "ann", now, TimeSpan.FromDays(1));
        var (host, hostRow) = AccessToken.New(TokenKind.Worker, "gpu-box", now);
        var (login, loginRow) = AccessToken.New(TokenKind.Login, "ann", now, TimeSpan.FromHours(1));
        var (old, oldHash) = Tokens.New(Tokens.Session);
        var (own, ownHash) = Tokens.New(Tokens.Session);
        var (other, otherHash) = Tokens.New(Tokens.Session);
        var (ownRun, ownRunHash) = Tokens.New(Tokens.Run);
        var (otherRun, otherRunHash) = Tokens.New(Tokens.Run);
        var (ended, _) = Tokens.New(Tokens.Run);
        var (first, second) = (Guid.Empty, Guid.Empty);
        await board.UseAsync(async db =>
        {
            db.Tokens.AddRange(browserRow, hostRow, loginRow);
            db.Lanes.Add(new Lane { Name = "shell", CreatedAt = now });
            db.Workers.Add(WorkerOf(OwnWorker, ownHash, oldHash, now));
            db.Workers.Add(WorkerOf("other-worker", otherHash, null, now));
            await db.SaveChangesAsync();
            first = Hold(db, 1, OwnWorker, ownRunHash, now);
            second = Hold(db, 2, "other-worker", otherRunHash, now);
            return await db.SaveChangesAsync();
        });

        var sameOrigin = board.Client(cookie: browser);
        sameOrigin.DefaultRequestHeaders.Add("Sec-Fetch-Site", "same-origin");
        var crossSite = board.Client(cookie: browser);
        crossSite.DefaultRequestHeaders.Add("Sec-Fetch-Site", "cross-site");
        crossSite.DefaultRequestHeaders.Add("Origin", board.Url);
        return new AccessCallers(first, "main-1",
        [
            ("nobody", board.Client()),
            ("unknown token", board.Client("kbk_unknown")),
            ("login code as token", board.Client(login)),
            ("admin key", board.Client(board.AdminKey)),
            ("browser", sameOrigin),
            ("browser, other site", crossSite),
            ("browser's token as bearer", board.Client(browser)),
            ("worker token", board.Client(host)),
            ("own session", board.Client(own)),
            ("older session", board.Client(old)),
            ("other session", board.Client(other)),
            ("own run", board.Client(ownRun)),
            ("other run", board.Client(otherRun)),
            ("ended run", board.Client(ended)),
        ]);
    }

    /// <summary>The route with what the own session and the own run may touch.</summary>
    public string Fill(string pattern) => Parameter().Replace(pattern, m => m.Groups["name"].Value switch
    {
        "id" when pattern.Contains("/workers/", StringComparison.Ordinal) => OwnWorker,
        "id" or "runId" => _run.ToString(),
        "key" when pattern.Contains("/boards/", StringComparison.Ordinal) => "main",
        "key" => _task,
        "parentKey" => "main-2",
        "name" => "shell",
        "pool" => "all",
        "stream" => "stdout",
        "documentName" => "v1",
        var name => throw new InvalidOperationException($"What does '{name}' in {pattern} stand for? Say so here."),
    });

    private static Board.Fleet.Worker WorkerOf(string id, byte[] session, byte[]? old, DateTimeOffset now) => new()
    {
        Id = id,
        Host = "host-1",
        Version = "test",
        SessionHash = session,
        OldSessionHash = old,
        RegisteredAt = now,
        HeartbeatAt = now,
        State = WorkerState.Live,
    };

    private static Guid Hold(Board.Storage.BoardDbContext db, int number, string worker, byte[] token, DateTimeOffset now)
    {
        var task = new KanbanTask { Id = Guid.CreateVersion7(), Board = "main", Number = number, Lane = "shell", Title = "t", CreatedBy = "key:test", CreatedAt = now };
        var run = new Run { CorrelationId = Guid.CreateVersion7(), TaskId = task.Id, TaskKey = task.Key, Board = "main", Lane = "shell", RequirementSet = "", Number = 1, State = nameof(RunState.Running) };
        db.Tasks.Add(task);
        db.Runs.Add(run);
        db.Leases.Add(new Lease { RunId = run.CorrelationId, WorkerId = worker, FencingToken = 1, TokenHash = token, ExpiresAt = now.AddHours(1), RenewedAt = now });
        return run.CorrelationId;
    }

    [GeneratedRegex(@"\{(?<name>\w+)(:[^}]*)?\}")]
    private static partial Regex Parameter();
}
