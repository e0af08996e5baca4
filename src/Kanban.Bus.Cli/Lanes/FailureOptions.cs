using System.CommandLine;
using System.Text.Json.Nodes;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Cli.Lanes;

/// <summary>What <c>lane add</c> and <c>lane set</c> say about failures beside each other's options: retries, budgets, the breaker.</summary>
internal sealed class FailureOptions
{
    private readonly Option<string[]> _retries;
    private readonly Option<int?> _percent = Options.Number("--retry-percent", "Share of the runs of a minute that may be retries, so that fresh tasks go on; 20 unless told");
    private readonly Option<int?> _perMinute = Options.Number("--retries-per-minute", "Retries that may start in a minute whatever the share; 10 unless told");
    private readonly Option<int?> _perDay = Options.Number("--max-runs-per-day", "Runs of one task within a day before it is blocked, with an alarm; 50 unless told, 0 for any number");
    private readonly Option<int?> _tasks = Options.Number("--breaker-tasks", "Tasks that fail alike before only a canary may start; 5 unless told, 0 for never");
    private readonly Option<int?> _stretch = Options.Seconds("--breaker-stretch", "The time within which they do; 10m unless told");
    private readonly Option<int?> _coolDown = Options.Seconds("--breaker-cool-down", "Until the first canary; it doubles with each that fails; 1m unless told");

    /// <param name="none">What <c>none</c> means for retries.</param>
    public FailureOptions(Command command, string none)
    {
        _retries = Retries.Option(none);
        foreach (var option in new Option[] { _retries, _percent, _perMinute, _perDay, _tasks, _stretch, _coolDown })
            command.Options.Add(option);
    }

    /// <summary>A new lane with what was given.</summary>
    public CreateLane Of(CreateLane lane, Call call) => lane with
    {
        Retries = Retries.Of(call.Get(_retries)!),
        RetryPercent = call.Get(_percent),
        RetriesPerMinute = call.Get(_perMinute),
        MaxRunsPerDay = call.Get(_perDay),
        BreakerTasks = call.Get(_tasks),
        BreakerSeconds = call.Get(_stretch),
        BreakerCoolDownSeconds = call.Get(_coolDown),
    };

    public void Put(JsonObject patch, Call call)
    {
        patch.Put("retries", Retries.Patch(call.Get(_retries)!));
        patch.Put("retryPercent", call.Get(_percent));
        patch.Put("retriesPerMinute", call.Get(_perMinute));
        patch.Put("maxRunsPerDay", call.Get(_perDay));
        patch.Put("breakerTasks", call.Get(_tasks));
        patch.Put("breakerSeconds", call.Get(_stretch));
        patch.Put("breakerCoolDownSeconds", call.Get(_coolDown));
    }
}
