using Kanban.Bus.Contracts;
using Kanban.Bus.Worker.Executors.Agents;
using Kanban.Bus.Worker.Hosting;
using Kanban.Bus.Worker.Shim;
using Kanban.Bus.Worker.Spool;

namespace Kanban.Bus.Worker.Executors;

/// <summary>How one kind of program carries out a run: what is started, how its output is read, how it is asked to stop, what its end means.</summary>
internal abstract class Executor
{
    /// <summary>As a profile names it.</summary>
    public abstract string Name { get; }

    /// <summary>What to start; called once, with the run's directory and environment made.</summary>
    /// <exception cref="RunNotStartedException">This host lacks something; the message says what.</exception>
    public abstract Launch Prepare(LaunchOrder order);

    /// <summary>Its sessions can be gone on with only in the directory that they began in: runs of one task then get a fresh directory at one path.</summary>
    public virtual bool TiesSessionsToPath => false;

    /// <summary>It holds the profile's limits of memory and processes by means of its own.</summary>
    public virtual bool BoundsItself => false;

    /// <summary>Reads its standard output as events; null where output is only output.</summary>
    public virtual Translator? Translator => null;

    /// <summary>From the first word of a stop on; KILL follows at the end of the lane's grace.</summary>
    public virtual IReadOnlyList<StopStep> StopSteps => StopStep.Term;

    /// <summary>Line by which an agent that is spoken with is asked to stop; null for none.</summary>
    public virtual string? Farewell(AgentState state) => null;

    /// <summary>What the end of a run means that nobody stopped.</summary>
    /// <param name="status">Exit status as sh counts it.</param>
    /// <param name="state">What was read of its output.</param>
    /// <param name="now">The host's clock, to read times of day by.</param>
    public virtual RunEnd Read(int status, AgentState state, RunDirectory run, DateTimeOffset now) => ExitStatus.Read(status);

    /// <summary>Ends what the run holds outside its process tree; returns when it is seen gone. Called after every end, and again after a fault.</summary>
    public virtual Task ClearAsync(RunDirectory run, AgentState state, CancellationToken ct) => Task.CompletedTask;
}

/// <summary>All that an executor may use to start a run.</summary>
/// <param name="Environment">What the run will see; what the executor adds comes over it.</param>
/// <param name="AgentHome">A folder that runs of this task with this profile share on this host: sessions live there, and outlive the run.</param>
/// <param name="Kanban">How this host starts <c>kanban</c>; null where there is none.</param>
internal sealed record LaunchOrder(
    Grant Grant, ProfileOptions Profile, RunDirectory Run, IReadOnlyDictionary<string, string> Environment, string AgentHome, string? Kanban)
{
    /// <summary>The session to go on with; null to begin anew.</summary>
    public string? Resume => Grant.Session;
}

/// <param name="Command">Argument vector; never a shell string.</param>
internal sealed record Launch(IReadOnlyList<string> Command)
{
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Text of its standard input, which then ends; null for an empty one.</summary>
    public string? Input { get; init; }

    /// <summary>Its standard input stays open, and the worker goes on writing to it.</summary>
    public bool LiveInput { get; init; }

    /// <summary>Ends what the run holds outside its process tree, where the run must end while its worker is dead; empty for nothing.</summary>
    public IReadOnlyList<string> Clear { get; init; } = [];

    /// <summary>What is known from the start: the session, the model, what was used before.</summary>
    public AgentState State { get; init; } = new();

    /// <summary>Lays down what the shim and a later worker read of it.</summary>
    public void Write(RunDirectory run)
    {
        if (LiveInput)
            Fifo.Create(run.InputFile);
        else if (Input is { } text)
            AtomicFile.Write(run.InputFile, text);
        if (Clear.Count > 0)
            AtomicFile.Write(run.ClearFile, string.Concat(Clear.Select(word => word + "\n")));
        // Runs of the plain kind need no file to say so.
        if (State.Executor != ProfileOptions.Shell || State.Session is not null)
            run.WriteAgent(State);
    }

    public IReadOnlyDictionary<string, string> Over(IReadOnlyDictionary<string, string> environment)
    {
        if (Environment.Count == 0)
            return environment;
        var all = new Dictionary<string, string>(environment, StringComparer.Ordinal);
        foreach (var (name, value) in Environment)
            all[name] = value;
        return all;
    }
}

/// <param name="After">Share of the grace that passes before it, 0 to 1.</param>
/// <param name="ToCommand">Not to what the command has started: the command passes it on.</param>
internal sealed record StopStep(Signal Signal, double After, bool ToCommand = false)
{
    public static readonly IReadOnlyList<StopStep> Term = [new(Signal.Term, 0)];

    /// <summary>For a command that passes it on to what it started elsewhere.</summary>
    public static readonly IReadOnlyList<StopStep> TermToCommand = [new(Signal.Term, 0, ToCommand: true)];

    /// <summary>For programs that close their books on INT and not on TERM.</summary>
    public static readonly IReadOnlyList<StopStep> IntThenTerm = [new(Signal.Int, 0), new(Signal.Term, 0.6)];
}

/// <param name="Summary">What the program itself said last; null where only its output can tell.</param>
/// <param name="Question">The reason is a question to a person.</param>
internal sealed record RunEnd(
    Outcome Outcome, string? Reason = null, ErrorClass? Class = null, DateTimeOffset? RetryAt = null, double? RetryAfterSeconds = null, string? Summary = null, bool Question = false);
