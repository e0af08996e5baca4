using System.CommandLine;
using System.Net;
using Kanban.Bus.Cli.Client;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Cli.Tasks;

/// <summary><c>kanban task adopt KEY [--run N]</c></summary>
internal static class TaskAdopt
{
    public static Command Build(App app)
    {
        var key = TaskKeys.One();
        var number = Options.Number("--run", "The run whose result it is; needed where several came late");
        var reason = TaskKeys.Reason("Why, for its history");
        return app.On(new Command("adopt", "End a task with a result that came after its run had lost its lease") { key, number, reason }, async (call, ct) =>
        {
            var run = Choose(await call.Board.RunsAsync(call.Get(key), ct), call.Get(key), call.Get(number));
            var task = await call.Board.AdoptAsync(run.Id, call.Get(reason), ct);
            call.Output.One(task, TaskColumns.Of(call.Terminal.Clock), TaskColumns.Sentence);
            return ExitCode.Ok;
        });
    }

    /// <summary>Whether that run's result can be adopted is the board's word.</summary>
    private static RunView Choose(IReadOnlyList<RunView> runs, string key, int? number)
    {
        if (number is { } wanted)
            return runs.FirstOrDefault(run => run.Number == wanted)
                ?? throw new BoardRefusalException(HttpStatusCode.NotFound, null, $"{key} has no run {wanted}; it has {runs.Count}.", []);
        return runs.Where(run => run.Late is not null).ToList() switch
        {
            [var only] => only,
            [] => throw new BoardRefusalException(HttpStatusCode.Conflict, null, $"No result of {key} came late: there is nothing to adopt.", []),
            var several => throw new BoardRefusalException(HttpStatusCode.Conflict, null,
                $"{several.Count} runs of {key} reported late: say which one, --run {string.Join(" or ", several.Select(run => run.Number))}.", []),
        };
    }
}
