using System.CommandLine;

namespace Kanban.Bus.Cli.Tasks;

/// <summary><c>kanban task restore KEY…</c></summary>
internal static class TaskRestore
{
    public static Command Build(App app) =>
        TaskKeys.Verb(app, "restore", "Bring archived tasks back", null);
}
