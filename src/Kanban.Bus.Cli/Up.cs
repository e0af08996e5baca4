using System.CommandLine;
namespace Kanban.Bus.Cli;
internal static class Up { public static Command Build(App app) => app.On(new Command("up", "x"), (c, _) => Task.FromResult(0)); }
