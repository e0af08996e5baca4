using Kanban.Bus.Cli.Client;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Cli.Inside;

/// <summary>How a run says its end, once: the same for the commands and for the MCP tools.</summary>
internal static class SayEnding
{
    /// <param name="created">Keys of children that the run claims to have made; the board verifies them first.</param>
    /// <returns>The sentence for whoever said it.</returns>
    /// <exception cref="AlreadyEndedException">Another ending was said first.</exception>
    /// <exception cref="BoardRefusalException">A claimed child is none.</exception>
    /// <exception cref="BoardUnreachableException">Children are claimed, and the board can't verify them now. Nothing was said.</exception>
    /// <remarks>A board that is away, or a lease that is lost, does not keep a run from ending: its worker tells the board once it can, which takes the end or keeps it as late.</remarks>
    public static async Task<string> SayAsync(BoardClient board, InRun run, Ending ending, IReadOnlyList<string> created, TimeProvider clock, CancellationToken ct)
    {
        if (EndingFile.Read(run.EndingFile) is { } before)
            return Repeat(run, before, ending);
        var note = "";
        try
        {
            await board.CheckEndingAsync(run, created, ct);
        }
        catch (BoardUnreachableException) when (created.Count == 0)
        {
            note = " The board can't be reached now; this run's worker tells it as soon as it can.";
        }
        catch (BoardRefusalException e) when (e.Code == "lease-lost")
        {
            note = " The run no longer holds its task's lease, so the board keeps this as a late result that changes nothing by itself.";
        }

        if (!EndingFile.TryWrite(run.EndingFile, ending with { At = clock.GetUtcNow() }))
            return Repeat(run, EndingFile.Read(run.EndingFile)!, ending);
        return $"This run of {run.TaskKey} ends as {Words.Of(ending.As)}. Stop now: what still runs a minute from here is ended.{note}";
    }

    /// <summary>The same once more is no mistake: its caller may have missed the answer.</summary>
    private static string Repeat(InRun run, Ending before, Ending now) =>
        (before with { At = null, Metadata = null }) == (now with { At = null, Metadata = null })
            ? $"This run of {run.TaskKey} had said so before: it ends as {Words.Of(before.As)}. Stop now."
            : throw new AlreadyEndedException(
                $"This run of {run.TaskKey} has said already that it ends as {Words.Of(before.As)}"
                + $"{((before.Summary ?? before.Reason) is { } text ? $" (\"{(text.Length <= 120 ? text : text[..120] + "…")}\")" : "")}: what was said first stands, and nothing was changed. Stop now.");
}

/// <summary>The run has said how it ends, and may say so once. Exit code 5.</summary>
internal sealed class AlreadyEndedException(string message) : Exception(message);
