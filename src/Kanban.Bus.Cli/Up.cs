using System.CommandLine;
using Kanban.Bus.Cli.Settings;

namespace Kanban.Bus.Cli;

/// <summary><c>kanban up</c>: board and worker in one process, with nothing to set up.</summary>
internal static class Up
{
    public static Command Build(App app)
    {
        var lanes = LaneSlots.Option("A lane of the worker in this process; shell=2 unless told; may be given again");
        var command = new Command("up", "Start a board with a worker on this machine, with nothing to set up") { lanes };
        var flags = new SettingsFlags();
        flags.AddTo(command, "Home", "Listen");
        return app.OnService(command, (call, ct) =>
            SingleHost.RunAsync(call, SettingsFile.Read(flags.File(call), flags.Given(call)), call.Get(lanes)!, ct));
    }
}
