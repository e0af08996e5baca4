using System.CommandLine;

namespace Kanban.Bus.Cli.Tasks;

/// <summary><c>kanban task archive KEY…</c></summary>
internal static class TaskArchive
{
    public static Command Build(App app) =>
        TaskKeys.Verb(app, "archive", "Put tasks out of sight", null);
}
