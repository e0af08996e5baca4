using System.Globalization;
using Kanban.Bus.Cli.Client;
using Kanban.Bus.Cli.Contexts;

namespace Kanban.Bus.Cli.Inside;

/// <summary>The run that a command was started in, by its environment (<c>docs/lanes.md</c>).</summary>
/// <param name="Connection">To the board, with the run's token and never with a person's.</param>
internal sealed record InRun(string TaskKey, Guid RunId, long FencingToken, Connection Connection, string EndingFile, string? PulseFile, string? Workspace)
{
    private const string Id = "KANBAN_RUN_ID";

    public static bool IsOne(Func<string, string?> environment) => environment(Id) is not null;

    /// <exception cref="UsageException">The command was not started by a run.</exception>
    public static InRun Of(Func<string, string?> environment)
    {
        if (!IsOne(environment))
            throw new UsageException($"This command works inside a run, which has {Id} and its like in its environment; people use 'kanban task'.");
        var url = Needed("KANBAN_URL");
        if (!Guid.TryParse(Needed(Id), out var run))
            throw new UsageException($"{Id} is '{Needed(Id)}', which is no run's id.");
        if (!long.TryParse(Needed("KANBAN_FENCING_TOKEN"), CultureInfo.InvariantCulture, out var token))
            throw new UsageException($"KANBAN_FENCING_TOKEN is '{Needed("KANBAN_FENCING_TOKEN")}', which is no number.");
        return new InRun(Needed("KANBAN_TASK"), run, token,
            Connection.Resolve(url, Needed("KANBAN_RUN_TOKEN"), null, environment), Needed("KANBAN_ENDING_FILE"), environment("KANBAN_PULSE_FILE"), environment("KANBAN_WORKSPACE"));

        string Needed(string name) => environment(name) ?? throw new UsageException($"{name} is not set, though {Id} is: a run has both. docs/lanes.md lists them.");
    }

    /// <summary>Tells the worker that the run is at work, though it writes nothing.</summary>
    public void Touch(TimeProvider clock)
    {
        if (PulseFile is null)
            return;
        using (File.Open(PulseFile, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite))
        {
            // Made where it was not there.
        }
        File.SetLastWriteTimeUtc(PulseFile, clock.GetUtcNow().UtcDateTime);
    }
}
