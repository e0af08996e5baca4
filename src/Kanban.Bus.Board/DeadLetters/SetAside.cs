using Kanban.Bus.Board.Alarms;
using Kanban.Bus.Board.Events;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.DeadLetters;

/// <summary>A dead letter's row: the message as it came, with its reason, until a person sends it again or drops it.</summary>
public sealed class SetAside
{
    /// <summary>Of a body; what is longer is cut, and can't be sent again.</summary>
    public const int MaxBody = 64 * 1024;

    /// <summary>Rows kept; past them the oldest gives way. Its event stays in the history.</summary>
    public const int MaxRows = 10_000;

    /// <summary>Of the body, in the event: enough to see what it was.</summary>
    private const int Shown = 4 * 1024;

    public Guid Id { get; init; } = Guid.CreateVersion7();
    public required string Queue { get; init; }
    public required string Reason { get; init; }

    /// <summary>Who could not read it: <c>worker:gpu-1</c>, or <c>board</c>.</summary>
    public required string SentBy { get; init; }

    public string? ContentType { get; init; }
    public required byte[] Body { get; init; }

    /// <summary>Bytes of the message, of which <see cref="Body"/> may hold the first only.</summary>
    public long Bytes { get; init; }

    public DateTimeOffset At { get; init; }

    public bool IsCut => Bytes > Body.Length;

    public DeadLetterView View(bool withBody) => new(Id, Queue, Reason, SentBy, At, ContentType, Bytes, withBody ? Body : null);

    /// <summary>Adds the row and its event, within the caller's transaction.</summary>
    public static async Task AddAsync(BoardDbContext db, SetAside letter, string? workerId, CancellationToken ct)
    {
        var shown = Convert.ToBase64String(letter.Body.AsSpan(0, Math.Min(letter.Body.Length, Shown)));
        object data = new { letter.Id, letter.Queue, letter.Reason, from = letter.SentBy, letter.ContentType, letter.Bytes, body = shown };
        db.DeadLetters.Add(letter);
        db.Events.Add(workerId is null
            ? BoardEvent.OfAccess(EventTypes.MessageDeadLettered, letter.SentBy, letter.At, data)
            : BoardEvent.OfWorker(EventTypes.MessageDeadLettered, workerId, letter.SentBy, letter.At, data));
        await db.RaiseAlarmAsync(AlarmKind.DeadLetters, BusNames.DeadLetters, $"a message of {letter.Queue} was set aside: {letter.Reason}", letter.At, ct);
        await db.DeadLetters.OrderByDescending(d => d.Id).Skip(MaxRows - 1).ExecuteDeleteAsync(ct);
    }

    /// <summary>Whence and why, as text that a database and a terminal take: messages come from anybody.</summary>
    public static string Plain(string text, int most)
    {
        var plain = string.Concat(text.Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '\uFFFD' : c));
        return plain.Length <= most ? plain : plain[..(most - 1)] + '…';
    }

    /// <summary>Takes it out of the list.</summary>
    /// <param name="type">What became of it, for the history.</param>
    public void Remove(BoardDbContext db, string type, string actor, DateTimeOffset now)
    {
        db.DeadLetters.Remove(this);
        db.Events.Add(BoardEvent.OfAccess(type, actor, now, new { Id, Queue, Reason }));
    }
}
