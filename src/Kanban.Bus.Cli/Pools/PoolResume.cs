using System.CommandLine;

namespace Kanban.Bus.Cli.Pools;

/// <summary><c>kanban pool resume NAME</c>, and <c>kanban resume --all</c></summary>
internal static class PoolResume
{
    /// <summary>The pool that every run draws from.</summary>
    public const string Everything = "all";

    public static Command Build(App app)
    {
        var name = new Argument<string>("NAME") { Description = "The pool; all for everything" };
        return app.On(new Command("resume", "Let a paused pool be drawn from again") { name }, (call, ct) => ResumeAsync(call, call.Get(name), ct));
    }

    public static Command BuildAll(App app) => app.On(
        ForAll("resume", "Let work start again after 'kanban pause --all'; lanes and pools paused by themselves stay so"), (call, ct) => ResumeAsync(call, Everything, ct));

    /// <summary>Must be said, so that nobody stops a fleet by a word that was meant for a lane.</summary>
    public static Command ForAll(string name, string description)
    {
        var all = new Option<bool>("--all") { Description = "Everything; a lane or a pool is paused by its own command" };
        var command = new Command(name, description) { all };
        command.Validators.Add(result =>
        {
            if (!result.GetValue(all))
                result.AddError($"'kanban {name}' is for everything: say --all, or see 'kanban lane {name}' and 'kanban pool {name}'.");
        });
        return command;
    }

    private static async Task<int> ResumeAsync(Call call, string pool, CancellationToken ct)
    {
        call.Output.One(await call.Board.ResumePoolAsync(pool, ct), PoolColumns.All, PoolColumns.Sentence);
        return ExitCode.Ok;
    }
}
