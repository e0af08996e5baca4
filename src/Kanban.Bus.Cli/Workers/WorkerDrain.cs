using System.CommandLine;

namespace Kanban.Bus.Cli.Workers;

/// <summary><c>kanban worker drain ID…</c></summary>
internal static class WorkerDrain
{
    public static Command Build(App app)
    {
        var ids = new Argument<string[]>("ID") { Description = "Workers, as 'kanban worker list' names them", Arity = ArgumentArity.OneOrMore };
        return app.On(new Command("drain", "Have workers take no new work and leave when theirs has ended") { ids }, (call, ct) => call.EachAsync(
            call.Get(ids), id => call.Board.DrainWorkerAsync(id, ct), WorkerColumns.Of(call.Terminal.Clock), WorkerColumns.Sentence));
    }
}
