using System.CommandLine;

namespace Kanban.Bus.Cli.Pools;

/// <summary><c>kanban pool pause NAME</c>, and <c>kanban pause --all</c></summary>
internal static class PoolPause
{
    public static Command Build(App app)
    {
        var name = new Argument<string>("NAME") { Description = "The pool; all for everything" };
        var reason = Reason();
        return app.On(new Command("pause", "Start nothing more that draws from a pool; what runs goes on") { name, reason },
            (call, ct) => PauseAsync(call, call.Get(name), call.Get(reason), ct));
    }

    public static Command BuildAll(App app)
    {
        var reason = Reason();
        var command = PoolResume.ForAll("pause", "Stop all new work at once, until 'kanban resume --all'; what runs goes on");
        command.Options.Add(reason);
        return app.On(command, (call, ct) => PauseAsync(call, PoolResume.Everything, call.Get(reason), ct));
    }

    private static Option<string?> Reason() => Options.Text("--reason", "Why; every task that waits for it says so", "TEXT", "-r");

    private static async Task<int> PauseAsync(Call call, string pool, string? reason, CancellationToken ct)
    {
        call.Output.One(await call.Board.PausePoolAsync(pool, reason, ct), PoolColumns.All, PoolColumns.Sentence);
        return ExitCode.Ok;
    }
}
