using System.Text;
using System.Text.Json;
using Kanban.Bus.Contracts;
using Kanban.Bus.Worker.Spool;

namespace Kanban.Bus.Worker.Executors.Agents;

/// <summary>Executor <c>hermes</c>: Hermes Agent for one answer. It writes no events, and a file with what it used, its session, and whether it completed.</summary>
internal sealed class Hermes : AgentExecutor
{
    /// <summary>Linux takes no longer word in an argument list than 128 KiB.</summary>
    private const int MostPromptBytes = 120 * 1024;

    private const int MostUsageBytes = 1024 * 1024;

    private const string Home = "HERMES_HOME";
    private const string UsageFile = "hermes-usage.json";

    public override string Name => "hermes";
    public override string Binary => "hermes";

    /// <remarks>It ends its turn on INT, and keeps what it did.</remarks>
    public override IReadOnlyList<StopStep> StopSteps => StopStep.IntThenTerm;

    public override Launch Prepare(LaunchOrder order)
    {
        var profile = order.Profile;
        var prompt = Prompt(order);
        if (Encoding.UTF8.GetByteCount(prompt) > MostPromptBytes)
            prompt = $"Read the file {order.Run.BriefFile} and carry out the task that it describes.";
        List<string> command = [Program(order), .. profile.Arguments, "-z", prompt, "--usage-file", Path.Combine(order.Run.Path, UsageFile)];
        if (profile.Model is { Length: > 0 } model)
            command.AddRange(["-m", model]);
        if (order.Resume is { } session)
            command.AddRange(["--resume", session]);
        return new Launch(command) { State = Begin(order), Environment = new Dictionary<string, string> { [Home] = SessionFolder(order, Home, "hermes") } };
    }

    protected override RunEnd Judge(int status, AgentState state, RunDirectory run, DateTimeOffset now)
    {
        ReadUsage(run, state);
        // The last lines of its output are its answer.
        var answer = OutputTail.Read(run, "stdout");
        return (status, state.End) switch
        {
            (0, { Ok: true }) => new RunEnd(Outcome.Succeeded, Summary: answer),
            (0, null) => new RunEnd(Outcome.Failed, "hermes ended with 0, and wrote nothing of what it used: it can't be said that it completed", ErrorClass.Agent, Summary: answer),
            (1, _) => new RunEnd(Outcome.Failed, "hermes had no answer (exit 1)", ErrorClass.Agent),
            (2, _) or (0, _) => Failed(new AgentEnd(false, state.End?.Text is { Length: > 0 } why ? why : OutputTail.Read(run, "stderr") ?? "it did not complete"), state, now) with { Summary = answer },
            _ => ExitStatus.Read(status) with { Summary = answer },
        };
    }

    /// <summary>Also of a run that was stopped: it closes its books on INT.</summary>
    public override Task ClearAsync(RunDirectory run, AgentState state, CancellationToken ct)
    {
        ReadUsage(run, state);
        return base.ClearAsync(run, state, ct);
    }

    private static void ReadUsage(RunDirectory run, AgentState state)
    {
        try
        {
            if (PlainFile.ReadAllBytes(Path.Combine(run.Path, UsageFile), MostUsageBytes) is { Length: > 0 } bytes && Translator.Parse(bytes) is { } usage)
                Books.Read(usage, state);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            // The run has put something else in its place, or a name in it is none: then it has said nothing of what it used.
        }
    }

    private sealed class Books : Translator
    {
        public static void Read(JsonElement usage, AgentState state)
        {
            state.Session = Text(usage, "session_id") ?? state.Session;
            state.Model = Text(usage, "model") ?? state.Model;
            state.Usage = new AgentUsage(
                Number(usage, "input_tokens") ?? 0, Number(usage, "output_tokens") ?? 0, Number(usage, "cache_read_tokens") ?? 0, Number(usage, "cache_write_tokens") ?? 0,
                Number(usage, "reasoning_tokens") ?? 0, Money(usage, "estimated_cost_usd"));
            state.Turns = (int?)Number(usage, "api_calls") ?? 1;
            state.End = new AgentEnd(Flag(usage, "completed"), Text(usage, "error") ?? Text(usage, "failure_reason"));
        }

        public override IEnumerable<AgentEvent> Translate(JsonElement line, AgentState state) => [];
    }
}
