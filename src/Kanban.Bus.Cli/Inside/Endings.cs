using System.CommandLine;
using System.Text.Json;
using Kanban.Bus.Cli.Client;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Cli.Inside;

/// <summary><c>kanban complete</c>, <c>review</c>, <c>block</c>, <c>ask</c>, <c>fail</c>: how a run says its end.</summary>
internal static class Endings
{
    public static Command BuildComplete(App app) => Good(app, "complete", "Inside a run: its work is done", EndingAs.Done);

    public static Command BuildReview(App app)
    {
        var command = Good(app, "review", "Inside a run: its work is done, and a person should look at it", EndingAs.Review, "What the reviewer should look at");
        return command;
    }

    public static Command BuildBlock(App app)
    {
        var reason = Required("--reason", "What a person must do first", "-r");
        var summary = Summary();
        var command = new Command("block", "Inside a run: a person must act before the task can go on") { reason, summary };
        return Say(app, command, null, call => new Ending(EndingAs.Blocked, call.Get(summary), call.Get(reason)));
    }

    public static Command BuildAsk(App app)
    {
        var question = new Argument<string>("QUESTION") { Description = "What only a person can answer" };
        var summary = Summary();
        var command = new Command("ask", "Inside a run: ask a person and end; 'kanban task answer' lets the task go on, and its next run reads the answer") { question, summary };
        return Say(app, command, null, call => new Ending(EndingAs.Blocked, call.Get(summary), call.Get(question), Question: true));
    }

    public static Command BuildFail(App app)
    {
        var reason = Required("--reason", "Why it can't be done", "-r");
        var summary = Summary();
        var fault = Options.Word<ErrorClass>("--class", "What was at fault; task unless told");
        var retryAt = Options.Text("--retry-at", "With --class provider: when the limit resets that was met (2026-05-01T08:00Z, +15m)", "TIME");
        var command = new Command("fail", "Inside a run: it has failed, whatever its exit code; the lane's rules say whether it is tried again") { reason, summary, fault, retryAt };
        return Say(app, command, null, call => new Ending(EndingAs.Failed, call.Get(summary), call.Get(reason), Class: call.Get(fault),
            RetryAt: call.Get(retryAt) is { } time ? Tasks.TaskBody.Instant("--retry-at", time, call.Terminal.Clock) : null));
    }

    private static Command Good(App app, string name, string description, EndingAs ending, string? reasonDescription = null)
    {
        var summary = Summary();
        var metadata = Options.Text("--metadata", "A JSON object for children and programs, at most 64 KiB", "JSON");
        var created = Options.Many("--created", "Key of a child task that this run made, which the board verifies; may be given again, or several with commas", "KEY");
        var command = new Command(name, description) { summary, metadata, created };
        Option<string?>? reason = null;
        if (reasonDescription is not null)
            command.Options.Add(reason = Options.Text("--reason", reasonDescription, "TEXT", "-r"));
        return Say(app, command, created, call => new Ending(ending, call.Get(summary), reason is null ? null : call.Get(reason), Metadata(call.Get(metadata))));
    }

    private static Command Say(App app, Command command, Option<string[]>? created, Func<Call, Ending> ending) => app.On(command, async (call, ct) =>
    {
        var keys = created is null ? [] : call.Get(created)!.SelectMany(k => k.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).Distinct().ToList();
        // For who types it, not of the run: the last lines of standard output are its summary.
        call.Output.Note(await SayEnding.SayAsync(call.RunBoard, call.Run, ending(call), keys, call.Terminal.Clock, ct));
        return ExitCode.Ok;
    });

    private static Option<string?> Summary() => Options.Text("--summary", "What was done: children and people read it; at most 4,000 characters", "TEXT", "-s");

    private static Option<string?> Required(string name, string description, string alias)
    {
        var option = Options.Text(name, description, "TEXT", alias);
        option.Required = true;
        return option;
    }

    internal static JsonElement? Metadata(string? json)
    {
        if (json is null)
            return null;
        try
        {
            return JsonElement.Parse(json) is { ValueKind: JsonValueKind.Object } given ? given : throw new UsageException("--metadata takes a JSON object, such as '{\"tests\":12}'.");
        }
        catch (JsonException e)
        {
            throw new UsageException($"--metadata is no JSON: {e.Message}");
        }
    }
}
