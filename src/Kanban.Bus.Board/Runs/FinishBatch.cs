using Kanban.Bus.Board.Access;
using Kanban.Bus.Board.Gateways;
using Kanban.Bus.Board.Lanes;
using Kanban.Bus.Board.Pools;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Board.Tasks;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Board.Runs;

/// <summary>Takes down the ends of runs that wait at the same moment, of any number of workers, in one transaction.</summary>
internal sealed class FinishBatch(BoardDbContext db, IRunSaga saga)
{
    private const int MetadataBytes = 64 * 1024;

    internal sealed record Request(string WorkerId, FinishRuns Body);

    public async Task<IReadOnlyList<FinishAnswers>> DecideAsync(IReadOnlyList<Request> requests, CancellationToken ct) =>
        await db.InTransactionAsync(() => DecideUnderLocksAsync(requests, ct), ct);

    private async Task<IReadOnlyList<FinishAnswers>> DecideUnderLocksAsync(IReadOnlyList<Request> requests, CancellationToken ct)
    {
        // A limit that was met closes accounts, and caps change under this lock, taken before any row's.
        var limited = requests.Any(r => r.Body.Finishes.Any(AccountParking.IsAsked));
        if (limited)
            await db.LockAsync(BoardLock.Admission, ct);
        var runIds = requests.SelectMany(r => r.Body.Finishes).Select(f => f.RunId).Distinct().ToList();
        var maybeBack = requests.Any(r => r.Body.Finishes.Any(f => f.Outcome is not (Outcome.Succeeded or Outcome.Review or Outcome.Blocked)));
        var (locked, now) = await db.LockRunsAsync(runIds, ct, maybeBack);
        var runs = locked.ToDictionary(r => r.CorrelationId);
        if (limited)
            await AccountParking.LoadAsync(db, locked, ct);

        var answers = new List<FinishAnswers>();
        var met = new List<(string Draws, RunMet Met)>();
        foreach (var request in requests)
        {
            var verdicts = new List<FinishAnswer>();
            foreach (var finish in request.Body.Finishes)
            {
                // A run that this worker never held: nothing is said about it, not even that it exists.
                if (!runs.TryGetValue(finish.RunId, out var run) || run.WorkerId != request.WorkerId)
                {
                    verdicts.Add(new FinishAnswer(finish.RunId, FinishVerdict.Unknown, null));
                    continue;
                }

                var verdict = run.IsHeldWith(finish.FencingToken) ? FinishVerdict.Accepted
                    : run.IsRepeat(finish.FencingToken) ? FinishVerdict.Repeated
                    : FinishVerdict.Late;
                if (finish.Met is not null && verdict is FinishVerdict.Accepted)
                    met.Add((run.Draws, finish.Met));
                await saga.SendAsync(Heard(finish, request.WorkerId, now), ct);
                verdicts.Add(new FinishAnswer(finish.RunId, verdict, run.StateName));
            }

            answers.Add(new FinishAnswers(verdicts));
        }

        await db.AddReportsAsync(met, ct);
        var ended = runs.Values.Where(r => r.EndedAt == now).ToList();
        var children = await db.WaitingChildrenAsync([.. ended.Where(r => r.Task.Status is Status.Done).Select(r => r.TaskId)], ct);
        if (children.Count > 0 || ended.Exists(r => r.Fingerprint is not null))
        {
            // Both look at what has just ended.
            await db.SaveChangesAsync(ct);
            await LaneBreakers.OpenAsync(db, ended, now, ct);
            await db.PromoteAsync(children, Actors.Board, now, ct);
        }
        return answers;
    }

    /// <summary>Keeps a report within bounds instead of refusing it: a refused one would be sent for ever.</summary>
    internal static FinishRun Heard(FinishItem finish, string workerId, DateTimeOffset now)
    {
        var metadata = finish.Metadata?.GetRawText();
        var reason = Cut(finish.Reason, Limits.ReasonLength);
        if (metadata?.Length > MetadataBytes)
        {
            reason = $"{reason}{(reason is null ? "" : "; ")}metadata of {metadata.Length} characters was over {MetadataBytes} and not kept";
            metadata = null;
        }

        var usage = finish.Usage?.GetRawText() is { Length: <= MetadataBytes } known ? known : null;
        return new FinishRun(finish.RunId, finish.FencingToken, finish.Outcome, reason, Cut(finish.Summary, Limits.SummaryLength), finish.ExitCode, metadata, usage, "worker:" + workerId, now,
            finish.Class, ResetsAt(finish, now), finish.Question, AgentSessions.Bounded(finish.Session));
    }

    /// <summary>What the provider said, or so long from now. What makes no time is as good as past.</summary>
    private static DateTimeOffset? ResetsAt(FinishItem finish, DateTimeOffset now) => finish.RetryAt?.ToUniversalTime()
        ?? (finish.RetryAfterSeconds is { } seconds ? now + (seconds is > 0 and < 1e9 ? TimeSpan.FromSeconds(seconds) : TimeSpan.Zero) : null);

    /// <summary>PostgreSQL stores no NUL in text.</summary>
    private static string? Cut(string? text, int length) =>
        text is null ? null : (text.Length <= length ? text : text[..length]).Replace('\0', '\uFFFD');
}
