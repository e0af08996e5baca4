using System.CommandLine;
using System.Text.Json.Nodes;
using Kanban.Bus.Cli.Client;

namespace Kanban.Bus.Cli.Pools;

/// <summary><c>kanban pool set NAME</c>: what is not named stays, <c>none</c> clears.</summary>
internal static class PoolSet
{
    public static Command Build(App app)
    {
        var name = new Argument<string>("NAME") { Description = "The pool; all for everything" };
        var cap = Options.NumberOrNone("--cap", "Units it has");
        cap.Aliases.Add("--capacity");
        var floor = Options.NumberOrNone("--floor", "A gateway's cap is not moved below");
        var ceiling = Options.NumberOrNone("--ceiling", "A gateway's cap is not moved above");
        var profiles = Units.Option("--profile", "Runs with this profile draw so many units, none for none", "NAME=UNITS");
        var note = Options.OrNone("--note", "For people", "TEXT", text => JsonValue.Create(text), "a text");
        var windows = Windows.OptionToSet();
        var reason = Options.Text("--reason", "Why; kept in the history", "TEXT", "-r");
        var command = new Command("set", "Change a pool; it holds at once") { name, cap, floor, ceiling, profiles, note, windows, reason };
        var gateway = new GatewayOptions();
        foreach (var option in gateway.All)
            command.Options.Add(option);
        var hold = new Option<bool>("--hold") { Description = "A gateway's cap stays as it is, or as --cap says, whatever its load" };
        var auto = new Option<bool>("--auto") { Description = "A gateway's cap moves by itself again" };
        command.Options.Add(hold);
        command.Options.Add(auto);
        return app.On(command, async (call, ct) =>
        {
            var patch = new JsonObject();
            patch.Put("capacity", call.Get(cap));
            patch.Put("floor", call.Get(floor));
            patch.Put("ceiling", call.Get(ceiling));
            patch.Put("profiles", Units.Patch("--profile", call.Get(profiles)!));
            patch.Put("note", call.Get(note));
            patch.Put("windows", Windows.Patch(call.Get(windows)!));
            gateway.Put(patch, call);
            if (call.Get(hold) && call.Get(auto))
                throw new UsageException("--hold and --auto are opposites: give one.");
            if (call.Get(hold) || call.Get(auto))
                patch["hold"] = call.Get(hold);
            patch.OrRefuse("name what should be, such as --cap 4.").Put("reason", call.Get(reason));
            call.Output.One(await call.Board.EditPoolAsync(call.Get(name), patch, ct), PoolColumns.All, PoolColumns.Sentence);
            return ExitCode.Ok;
        });
    }

    public static Option<int?> CapOption(string description)
    {
        var cap = Options.Number("--cap", description);
        cap.Aliases.Add("--capacity");
        return cap;
    }
}
