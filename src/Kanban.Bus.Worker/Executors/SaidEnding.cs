using System.Text.Json;
using Kanban.Bus.Contracts;
using Kanban.Bus.Worker.Spool;

namespace Kanban.Bus.Worker.Executors;

/// <summary>What the run itself said of its end, by <c>kanban complete</c> and its like: it stands before exit status, result file and whatever ended the processes afterwards.</summary>
internal static class SaidEnding
{
    private const int MostBytes = 1024 * 1024;

    /// <summary>Whether it has said so. Asked often: it opens nothing.</summary>
    public static bool IsThere(RunDirectory run) => new FileInfo(run.EndingFile) is { Exists: true, LinkTarget: null };

    /// <summary>It has asked a person, or said that one must act first.</summary>
    public static bool Waits(RunDirectory run) => Read(run.EndingFile).Said is { As: EndingAs.Blocked };

    /// <param name="finish">What its executor made of its end.</param>
    public static FinishItem Over(FinishItem finish, RunDirectory run)
    {
        var (said, fault) = Read(run.EndingFile);
        if (said is null)
            return fault is null ? finish : finish with { Reason = Cut(finish.Reason is { } reason ? $"{reason}; {fault}" : fault, Limits.ReasonLength) };
        var failed = said.As is EndingAs.Failed;
        return finish with
        {
            Outcome = said.As switch
            {
                EndingAs.Done => Outcome.Succeeded,
                EndingAs.Review => Outcome.Review,
                EndingAs.Blocked => Outcome.Blocked,
                _ => Outcome.Failed,
            },
            Reason = Cut((said.Reason is { } why ? run.Hide(why) : null) ?? (said.As is EndingAs.Failed or EndingAs.Blocked ? "the run said so, without a reason" : null), Limits.ReasonLength),
            Summary = said.Summary is { Length: > 0 } summary ? Cut(run.Hide(summary), Limits.SummaryLength) : finish.Summary,
            Metadata = said.Metadata ?? finish.Metadata,
            Class = failed ? said.Class ?? finish.Class ?? ErrorClass.Task : null,
            RetryAt = failed ? said.RetryAt ?? finish.RetryAt : null,
            RetryAfterSeconds = failed && said.RetryAt is null ? finish.RetryAfterSeconds : null,
            Question = said is { As: EndingAs.Blocked, Question: true },
        };
    }

    private static (Ending? Said, string? Fault) Read(string path)
    {
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > MostBytes } large)
                return (null, $"the ending file has {large.Length:N0} bytes; {MostBytes:N0} are allowed");
            return (PlainFile.ReadAllBytes(path) is { } bytes ? JsonSerializer.Deserialize(ValidText.Of(bytes).Span, WorkerJson.Client.Ending) : null, null);
        }
        catch (Exception e) when (e is JsonException or IOException)
        {
            return (null, $"the ending file can't be read: {e.Message}");
        }
    }

    /// <summary>Bounded, and without NUL, which no text column takes.</summary>
    private static string? Cut(string? given, int most)
    {
        var text = given?.Replace("\0", "", StringComparison.Ordinal);
        return text is null || text.Length <= most ? text : text[..(char.IsHighSurrogate(text[most - 2]) ? most - 2 : most - 1)] + "…";
    }
}
