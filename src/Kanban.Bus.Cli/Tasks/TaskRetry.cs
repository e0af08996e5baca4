using System.CommandLine;

namespace Kanban.Bus.Cli.Tasks;

/// <summary><c>kanban task retry KEY…</c></summary>
internal static class TaskRetry
{
    public static Command Build(App app) =>
        TaskKeys.Verb(app, "retry", "Start tasks over that failed, were cancelled or wait for a person", "Why, for its history");
}
