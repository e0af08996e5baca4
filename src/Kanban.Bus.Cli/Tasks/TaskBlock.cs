using System.CommandLine;

namespace Kanban.Bus.Cli.Tasks;

/// <summary><c>kanban task block KEY… --reason TEXT</c></summary>
internal static class TaskBlock
{
    public static Command Build(App app)
    {
        var command = TaskKeys.Verb(app, "block", "Hold tasks until somebody unblocks them", "Why it can't go on");
        command.Options.Single(option => option.Name == "--reason").Required = true;
        return command;
    }
}
