using System.CommandLine;
using Kanban.Bus.Cli.Client;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Cli.Tasks;

/// <summary><c>kanban task list</c></summary>
internal static class TaskList
{
    public static Command Build(App app)
    {
        var board = Options.Text("--board", "Of this board [KANBAN_BOARD]", "KEY", "-b");
        var status = Options.Many("--status", $"In these columns: {string.Join(", ", Words.All<Status>())}; a,b or given again", "STATUS");
        status.CompletionSources.Add(Words.All<Status>());
        var lane = Options.Text("--lane", "Of this lane", "NAME", "-l");
        var host = Options.Text("--host", "Tied to, or running on, this host", "NAME");
        var label = Options.Text("--label", "With this label", "LABEL");
        var search = Options.Text("--search", "With these words in key or title", "TEXT", "-q");
        var fault = Options.Word<ErrorClass>("--class", "Of which a run ended by this class of fault");
        var archived = new Option<bool>("--archived") { Description = "Archived ones instead" };
        var overdue = new Option<bool>("--overdue") { Description = "Past their due time and not ended" };
        var sort = Options.Text("--sort", "newest (unless told), priority, or due: those that have a due time, the earliest first", "ORDER");
        sort.CompletionSources.Add("newest", "priority", "due");
        var limit = Options.Number("--limit", "Most tasks to list; 50 unless told");
        var all = new Option<bool>("--all") { Description = "No limit" };
        var command = new Command("list", "List tasks") { board, status, lane, host, label, search, fault, archived, overdue, sort, limit, all };
        return app.On(command, async (call, ct) =>
        {
            var most = call.Get(all) ? int.MaxValue : call.Get(limit) ?? Limits.DefaultPageSize;
            if (most < 1)
                throw new UsageException("--limit takes 1 or more.");
            var filter = new TaskFilter(
                call.Get(board) ?? call.Terminal.Environment("KANBAN_BOARD"),
                Statuses(call.Get(status)!),
                call.Get(lane),
                call.Get(host),
                call.Get(label),
                call.Get(search),
                call.Get(archived),
                call.Get(fault),
                call.Get(overdue),
                call.Get(sort));
            var tasks = await call.Board.TasksAsync(filter, most, ct);
            call.Output.List(tasks, TaskColumns.Of(call.Terminal.Clock), "No tasks.");
            if (call.Output.ForEyes && tasks.Count == most)
                call.Output.Note($"The first {most}; --limit or --all for more.");
            return ExitCode.Ok;
        });
    }

    private static List<Status> Statuses(string[] given) =>
        given.Length > 0 && given.All(words => words.Trim(',', ' ').Length == 0) ? throw new UsageException(Options.NotAmong<Status>("--status", given[0])) :
    [
        .. given.SelectMany(words => words.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            .Select(word => Words.Parse<Status>(word) ?? throw new UsageException(Options.NotAmong<Status>("--status", word))),
    ];
}
