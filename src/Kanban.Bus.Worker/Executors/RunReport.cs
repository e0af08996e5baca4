using System.Text.Json;
using Kanban.Bus.Contracts;
using Kanban.Bus.Worker.Executors.Agents;
using Kanban.Bus.Worker.Runs;
using Kanban.Bus.Worker.Spool;

namespace Kanban.Bus.Worker.Executors;

/// <summary>What a run may write to <c>KANBAN_RESULT_FILE</c>.</summary>
/// <param name="Outcome"><c>blocked</c>, <c>failed</c> or <c>review</c>; absent: the exit status decides.</param>
/// <param name="Reason">Why it is blocked or has failed, or what the reviewer should look at.</param>
/// <param name="Class">What is at fault, one of <see cref="ErrorClass"/>; absent: the exit status tells.</param>
/// <param name="RetryAt">When the limit resets that it met; ISO 8601.</param>
/// <param name="RetryAfterSeconds">The same as a length of time from now.</param>
/// <param name="Session">What the task's next run on this host gets as <c>KANBAN_SESSION</c>.</param>
internal sealed record ResultFile(
    string? Summary = null, JsonElement? Metadata = null, JsonElement? Usage = null, string? Outcome = null, string? Reason = null,
    string? Class = null, DateTimeOffset? RetryAt = null, double? RetryAfterSeconds = null, string? Session = null);

/// <summary>Makes the finish of a run whose processes are all dead, from its exit status and its result file.</summary>
internal static class RunReport
{
    private const int MostMetadataBytes = 64 * 1024;
    private const int MostResultBytes = 1024 * 1024;

    /// <param name="stopped">Why the worker ended it; null when it ended by itself.</param>
    /// <param name="state">What was read of its output.</param>
    /// <param name="now">The host's clock.</param>
    public static FinishItem Of(Grant grant, RunDirectory run, StopCause? stopped, Executor executor, AgentState state, DateTimeOffset now)
    {
        // Of a process that was ended because its work was over, the status says nothing.
        var status = state.Over && stopped is null ? null : run.ReadExit();
        var (result, fault) = ReadResult(run.ResultFile);
        var end = stopped is not null ? new RunEnd(stopped.Outcome, stopped.Reason, stopped.Class)
            : (state.Over ? 0 : status) is { } code ? Reported(executor.Read(code, state, run, now), result, ref fault)
            : new RunEnd(Outcome.Lost, "its process vanished without an exit status", ErrorClass.Host);
        var reason = end.Reason;

        var metadata = Bounded(result?.Metadata, "metadata", ref fault);
        var usage = Bounded(result?.Usage, "usage", ref fault) ?? Used(executor, state);
        if (fault is not null)
            reason = reason is null ? fault : $"{reason}; {fault}";
        // What an agent wrote is events: its last lines say nothing to people. Nor do those of a run that waits for a person: it has no result yet.
        var tells = executor.Translator is null && end.Outcome is not Outcome.Blocked && !SaidEnding.Waits(run);
        var summary = result?.Summary is { Length: > 0 } said ? said : end.Summary ?? state.LastMessage ?? (tells ? OutputTail.Read(run, "stdout") : null);
        string? Shown(string? text, int most) => Cut(text is null ? null : run.Hide(text), most);
        return new FinishItem(grant.RunId, grant.FencingToken, end.Outcome, Shown(reason, Limits.ReasonLength), Shown(summary, Limits.SummaryLength), status, metadata, usage,
            end.Class, end.RetryAt, end.RetryAfterSeconds, Question: end.Question, Session: Session(result?.Session ?? state.Session));
    }

    private static JsonElement? Used(Executor executor, AgentState state) => state.Usage is not { } used ? null
        : JsonSerializer.SerializeToElement(used with { Agent = executor.Name, Model = state.Model, Turns = state.Turns > 0 ? state.Turns : null }, WorkerJson.Sparse.AgentUsage);

    /// <summary>Bounded as the board keeps it.</summary>
    private static string? Session(string? given) => given is null || given.Length <= Limits.SessionLength ? given : null;

    /// <summary>A run may say that it is blocked or has failed whatever its exit status, and ask for review where it succeeded.</summary>
    private static RunEnd Reported(RunEnd exit, ResultFile? result, ref string? fault)
    {
        switch (result?.Outcome)
        {
            case "blocked":
                return new RunEnd(Outcome.Blocked, result.Reason ?? "the run said it is blocked, without a reason", Summary: exit.Summary);
            case "review" when exit.Outcome == Outcome.Succeeded:
                return new RunEnd(Outcome.Review, result.Reason, Summary: exit.Summary);
            case null or "review" or "failed":
                break;
            default:
                fault = $"the result file's outcome '{result.Outcome}' is none of blocked, failed, review";
                break;
        }
        if (exit.Outcome is not Outcome.Failed && result?.Outcome is not "failed")
            return exit;
        return new RunEnd(
            Outcome.Failed, result?.Reason ?? exit.Reason ?? "the run said it has failed, without a reason", ClassOf(result, ref fault) ?? exit.Class ?? ErrorClass.Task,
            result?.RetryAt ?? exit.RetryAt, result?.RetryAfterSeconds ?? exit.RetryAfterSeconds, exit.Summary);
    }

    private static ErrorClass? ClassOf(ResultFile? result, ref string? fault)
    {
        if (result?.Class is not { } word)
            return null;
        foreach (var known in Enum.GetValues<ErrorClass>())
            if (string.Equals(known.ToString(), word, StringComparison.OrdinalIgnoreCase))
                return known;
        fault = $"the result file's class '{word}' is none of {string.Join(", ", Enum.GetNames<ErrorClass>()).ToLowerInvariant()}";
        return null;
    }

    private static (ResultFile? Result, string? Fault) ReadResult(string path)
    {
        // A link could lead to a file of the worker's own.
        var file = new FileInfo(path);
        if (!file.Exists || file.LinkTarget is not null)
            return (null, file.LinkTarget is null ? null : "the result file is a link and was not read");
        if (file.Length > MostResultBytes)
            return (null, $"the result file has {file.Length:N0} bytes; {MostResultBytes:N0} are allowed");
        if (file.Length == 0)
            return (null, null);
        try
        {
            return (JsonSerializer.Deserialize(ValidText.Of(PlainFile.ReadAllBytes(path)).Span, WorkerJson.Lenient.ResultFile), null);
        }
        catch (Exception e) when (e is JsonException or IOException)
        {
            return (null, $"the result file can't be read: {e.Message}");
        }
    }

    private static JsonElement? Bounded(JsonElement? value, string name, ref string? fault)
    {
        if (value is not { ValueKind: not (JsonValueKind.Null or JsonValueKind.Undefined) } given)
            return null;
        var size = System.Text.Encoding.UTF8.GetByteCount(given.GetRawText());
        if (size <= MostMetadataBytes)
            return given;
        fault = $"the result file's {name} has {size:N0} bytes, {MostMetadataBytes:N0} are allowed: left out";
        return null;
    }

    /// <summary>Bounded, and without NUL, which no text column takes.</summary>
    private static string? Cut(string? given, int most)
    {
        var text = given?.Replace("\0", "", StringComparison.Ordinal);
        return text is null || text.Length <= most ? text : text[..(char.IsHighSurrogate(text[most - 2]) ? most - 2 : most - 1)] + "…";
    }
}
