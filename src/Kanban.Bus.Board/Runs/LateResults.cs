using System.Text.Json;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Board.Runs;

/// <summary>What becomes of a report that came after its run had lost its lease: it changes nothing by itself, and a person may adopt it once.</summary>
public static class LateResults
{
    extension(Run run)
    {
        /// <summary>Null when no report came too late.</summary>
        public LateResult? LateResult => run.Late is { } late ? JsonSerializer.Deserialize<LateResult>(late, Json.Board) : null;

        /// <summary>Keeps a report that came too late. The first one stands; a repeat of it changes nothing.</summary>
        /// <returns>Whether it was new.</returns>
        public bool KeepLate(FinishRun finish)
        {
            if (run.Late is not null)
                return false;
            var metadata = finish.Metadata is null ? (JsonElement?)null : JsonElement.Parse(finish.Metadata);
            // What it used was used, whatever becomes of its result.
            run.Usage = finish.Usage ?? run.Usage;
            run.Keep(new LateResult(finish.Outcome, finish.Reason, finish.Summary, finish.ExitCode, metadata, finish.Now, finish.FencingToken));
            return true;
        }

        /// <summary>Why its task can't be ended with its late result; null when it can. Its task is locked.</summary>
        public string? WhyNotAdopt()
        {
            var name = $"run {run.Number} of {run.TaskKey}";
            return run.LateResult switch
            {
                null => $"No result of {name} came late: it is {Words.Of(run.StateName)}.",
                { AdoptedBy: { } by, AdoptedAt: { } at } => $"The late result of {name} was adopted already, by {by} at {at:u}.",
                { Outcome: not (Outcome.Succeeded or Outcome.Review) } late => $"What {name} reported late is {Words.Of(late.Outcome)}: only succeeded or review can be adopted.",
                _ when run.Task.Status is Status.Done => $"Task {run.TaskKey} is done already: its result stands.",
                _ => run.Task.WhyNotMoveTo(Status.Done),
            };
        }

        /// <summary>Gives its task what it reported late; the caller moves the task on.</summary>
        public LateResult Adopt(string actor, DateTimeOffset now)
        {
            var late = run.LateResult!;
            run.Task.Summary = late.Summary;
            run.Task.Metadata = late.Metadata?.GetRawText();
            run.Keep(late with { AdoptedBy = actor, AdoptedAt = now });
            return late;
        }

        private void Keep(LateResult late) => run.Late = JsonSerializer.Serialize(late, Json.Board);
    }
}
