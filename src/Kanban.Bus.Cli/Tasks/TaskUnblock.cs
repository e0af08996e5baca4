using System.CommandLine;

namespace Kanban.Bus.Cli.Tasks;

/// <summary><c>kanban task unblock KEY…</c></summary>
internal static class TaskUnblock
{
    public static Command Build(App app) =>
        TaskKeys.Verb(app, "unblock", "Let blocked tasks go on", null);
}
