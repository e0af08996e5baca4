using System.CommandLine;

namespace Kanban.Bus.Cli.Tasks;

/// <summary><c>kanban task cancel KEY…</c></summary>
internal static class TaskCancel
{
    public static Command Build(App app) =>
        TaskKeys.Verb(app, "cancel", "End tasks for good; a running one is stopped first", "Why, for its history");
}
