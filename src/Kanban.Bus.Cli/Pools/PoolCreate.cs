using System.CommandLine;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Cli.Pools;

/// <summary><c>kanban pool create NAME</c></summary>
internal static class PoolCreate
{
    public static Command Build(App app)
    {
        var name = new Argument<string>("NAME") { Description = "Lower-case letters, digits and hyphens, at most 40; host:NAME for all runs on a host" };
        var kind = Options.Word<PoolKind>("--kind", "What it stands for; fixed unless told");
        var cap = PoolSet.CapOption("Units it has; a gateway has 2 unless told");
        var floor = Options.Number("--floor", "A gateway's cap is not moved below");
        var ceiling = Options.Number("--ceiling", "A gateway's cap is not moved above");
        var profiles = Units.Option("--profile", "Runs with this profile draw so many units", "NAME=UNITS");
        var note = Options.Text("--note", "For people", "TEXT");
        var windows = Windows.Option();
        var command = new Command("create", "Make a pool: a capacity that runs draw units of, whatever their lane") { name, kind, cap, floor, ceiling, profiles, note, windows };
        command.Aliases.Add("add");
        var gateway = new GatewayOptions();
        foreach (var option in gateway.All)
            command.Options.Add(option);
        return app.On(command, async (call, ct) =>
        {
            var asked = new CreatePool(
                call.Get(name), call.Get(kind), call.Get(cap), call.Get(floor), call.Get(ceiling), Units.Of("--profile", call.Get(profiles)!), call.Get(note),
                Windows: Windows.Of(call.Get(windows)!));
            var pool = await call.Board.AddPoolAsync(gateway.AddTo(asked, call), ct);
            call.Output.One(pool, PoolColumns.All, PoolColumns.Sentence);
            return ExitCode.Ok;
        });
    }
}
