using System.CommandLine;
namespace Kanban.Bus.Cli.Workers;
internal static class WorkerRun { public static Command Build(App app) => app.On(new Command("run", "x"), (c, _) => Task.FromResult(0)); }
