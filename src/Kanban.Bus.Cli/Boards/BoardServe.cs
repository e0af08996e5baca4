using System.CommandLine;
namespace Kanban.Bus.Cli.Boards;
internal static class BoardServe { public static Command Build(App app) => app.On(new Command("serve", "x"), (c, _) => Task.FromResult(0)); }
