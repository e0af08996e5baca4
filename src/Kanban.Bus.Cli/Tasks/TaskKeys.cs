using System.CommandLine;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Cli.Tasks;

/// <summary>Arguments and options that several commands on tasks share.</summary>
internal static class TaskKeys
{
    public static Argument<string> One() => new("KEY") { Description = "The task's key, such as main-42" };

    public static Argument<string[]> Many() => new("KEY") { Description = "Keys of tasks, such as main-42", Arity = ArgumentArity.OneOrMore };

    public static Option<string?> Reason(string description) => Options.Text("--reason", description, "TEXT", "-r");

    /// <summary>A command that does one verb of the API to each key it is given.</summary>
    public static Command Verb(App app, string name, string description, string? reasonDescription)
    {
        var keys = Many();
        var command = new Command(name, description) { keys };
        Option<string?>? reason = null;
        if (reasonDescription is not null)
            command.Options.Add(reason = Reason(reasonDescription));
        return app.On(command, (call, ct) => call.EachAsync(
            call.Get(keys),
            key => call.Board.ActAsync(key, name, reason is null ? null : call.Get(reason), ct),
            TaskColumns.Of(call.Terminal.Clock),
            TaskColumns.Sentence));
    }

    /// <summary>No worker will touch it again unless a person says so.</summary>
    public static bool Ended(TaskView task) => task.Archived || task.Status is Status.Done or Status.Failed or Status.Cancelled;
}
