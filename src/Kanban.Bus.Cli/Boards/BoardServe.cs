using System.CommandLine;
using Kanban.Bus.Cli.Settings;

namespace Kanban.Bus.Cli.Boards;

/// <summary><c>kanban board serve</c>: the board service alone, for any number of replicas; workers come over the network.</summary>
internal static class BoardServe
{
    public static Command Build(App app)
    {
        var command = new Command("serve", "Run the board service. Every setting can be given as --Section:Key=value, as KANBAN__Section__Key, or in a file");
        var flags = new SettingsFlags();
        flags.AddTo(command);
        return app.OnService(command, (call, ct) => BoardService.RunAsync(SettingsFile.Read(flags.File(call), flags.Given(call)), ct));
    }
}
