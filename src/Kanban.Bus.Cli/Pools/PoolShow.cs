using System.CommandLine;

namespace Kanban.Bus.Cli.Pools;

/// <summary><c>kanban pool show NAME</c></summary>
internal static class PoolShow
{
    public static Command Build(App app)
    {
        var name = new Argument<string>("NAME") { Description = "The pool" };
        return app.On(new Command("show", "Show a pool: its cap, where that comes from, and what is drawn") { name }, async (call, ct) =>
        {
            var pool = await call.Board.PoolAsync(call.Get(name), ct);
            call.Output.Fields(pool, pool.Name,
            [
                ("name", pool.Name),
                ("kind", Words.Of(pool.Kind)),
                ("cap", pool.Limit is { } limit ? $"{limit} ({Words.Of(pool.Source)})" : "none"),
                ("capacity", $"{pool.Capacity}"),
                ("window", pool.Window),
                ("next", Windows.Next(pool.NextChange)),
                ("windows", string.Join("; ", pool.Windows)),
                ("floor", $"{pool.Floor}"),
                ("ceiling", $"{pool.Ceiling}"),
                ("drawn", $"{pool.Used}"),
                ("of that offered", $"{pool.Offered}"),
                ("paused", pool.Paused ? pool.PausedReason ?? "yes" : null),
                ("parked", PoolColumns.Parked(pool)),
                ("profiles", Units.Text(pool.Profiles)),
                ("note", pool.Note),
                ("version", $"{pool.Version}"),
                .. pool.Gateway is { } gateway ? GatewayFields.Of(gateway) : Enumerable.Empty<(string, string?)>(),
            ]);
            return ExitCode.Ok;
        });
    }
}
