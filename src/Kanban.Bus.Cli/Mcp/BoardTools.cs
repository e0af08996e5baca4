using System.Text.Json;
using Kanban.Bus.Cli.Client;
using Kanban.Bus.Cli.Inside;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Cli.Mcp;

/// <summary>The tools of a run, and those of a person's agent. They end in the same calls as the commands of the same names.</summary>
internal static class BoardTools
{
    private static readonly Parameter Summary = new("summary", "string", "what was done, for people and for children of the task; at most 4,000 characters");

    public static IReadOnlyList<string> InsideNames => [.. OfRun(null!, null!, TimeProvider.System).Select(t => t.Name)];

    public static IReadOnlyList<string> PeopleNames => [.. OfPerson(null!).Select(t => t.Name)];

    /// <summary>In an order that never changes, so that an agent's cached prompt stays good.</summary>
    public static IReadOnlyList<BoardTool> OfRun(BoardClient board, InRun run, TimeProvider clock)
    {
        Task<string> Say(Ending ending, IReadOnlyList<string>? created, CancellationToken ct) => SayEnding.SayAsync(board, run, ending, created ?? [], clock, ct);
        return
        [
            new("kanban_show", "Show this run's task, or a child of it, with its body, links, earlier runs and comments.",
                [new("key", "string", "a child's key; this run's own task unless given")],
                async (a, ct) => Written(await board.TaskAsync(run, a.Text("key") ?? run.TaskKey, ct)), ReadOnly: true),
            new("kanban_complete", "End this run: the work is done. Call it once, last of all, and stop then.",
                [Summary with { Required = true }, Metadata, Created],
                (a, ct) => Say(new Ending(EndingAs.Done, a.Needed("summary"), Metadata: a.Json("metadata")), a.Many("created"), ct)),
            new("kanban_review", "End this run: the work is done and a person should look at it. Call it once, last of all, and stop then.",
                [Summary with { Required = true }, new("reason", "string", "what the reviewer should look at"), Metadata, Created],
                (a, ct) => Say(new Ending(EndingAs.Review, a.Needed("summary"), a.Text("reason"), a.Json("metadata")), a.Many("created"), ct)),
            new("kanban_ask", "End this run with a question that only a person can answer. The task waits for the answer, and its next run reads it. Stop then.",
                [new("question", "string", "the question, with all that is needed to answer it", Required: true), Summary],
                (a, ct) => Say(new Ending(EndingAs.Blocked, a.Text("summary"), a.Needed("question"), Question: true), null, ct)),
            new("kanban_block", "End this run: a person must act before the task can go on. Stop then.",
                [new("reason", "string", "what must be done first", Required: true), Summary],
                (a, ct) => Say(new Ending(EndingAs.Blocked, a.Text("summary"), a.Needed("reason")), null, ct)),
            new("kanban_fail", "End this run: it has failed. The lane's rules say whether the task is tried again. Stop then.",
                [new("reason", "string", "why it can't be done", Required: true), Summary, new("class", "string", "what was at fault; task unless given", OneOf: Words.All<ErrorClass>())],
                (a, ct) => Say(new Ending(EndingAs.Failed, a.Text("summary"), a.Needed("reason"), Class: a.Word<ErrorClass>("class")), null, ct)),
            new("kanban_comment", "Put a remark on this run's task, or on a child of it, for people and later runs.",
                [new("text", "string", "the remark", Required: true), new("key", "string", "a child's key; this run's own task unless given")],
                async (a, ct) => $"Comment {(await board.CommentAsync(run, a.Text("key") ?? run.TaskKey, a.Needed("text"), ct)).Id} is on {a.Text("key") ?? run.TaskKey}."),
            new("kanban_create", "Make a child of this run's task. It starts once this task is done.",
                [
                    new("title", "string", "one line that says what it is", Required: true), new("body", "string", "what to do, in Markdown"), new("acceptance", "string", "by what one tells that it is done"),
                    new("lane", "string", "the lane whose workers take it; this run's own unless given"), new("parents", "array", "keys of other children that it waits for"),
                    new("needs", "array", "capabilities its worker must have, such as cuda"), new("labels", "array", "labels"), new("priority", "integer", "at most that of this task; higher first"),
                    new("idempotency_key", "string", "the same key again gives the same child instead of another"),
                ],
                async (a, ct) => Written(await board.AddChildAsync(run, new CreateTask(a.Needed("title"), a.Text("lane"), Body: a.Text("body"), Parents: a.Many("parents"), Needs: a.Many("needs"),
                    Priority: a.Number("priority") ?? 0, Labels: a.Many("labels"), IdempotencyKey: a.Text("idempotency_key"), Acceptance: a.Text("acceptance")), ct))),
            new("kanban_link", "Let a child of this run's task wait for another child.",
                [new("key", "string", "the child that waits", Required: true), new("parent", "string", "the child that it waits for", Required: true)],
                async (a, ct) => Written(await board.LinkAsync(run, a.Needed("key"), a.Needed("parent"), ct))),
            new("kanban_attach", "Keep a file of this run's workspace on the board, as an artifact that people and children of the task can download.",
                [new("path", "string", "the file, in the workspace", Required: true), new("name", "string", "what it is called on the board; its own name unless given")],
                (a, ct) => RunAttach.SendAsync(board, run, a.Needed("path"), a.Text("name"), clock, _ => { }, ct)),
            new("kanban_inbox", "Read what people said about the task since you last looked. The answer of every other tool brings it along too.", [],
                (_, ct) => NewsAsync(board, run, "Nothing new was said.", ct)),
            new("kanban_heartbeat", "Say that this run is at work, though it writes nothing, and at what.",
                [new("note", "string", "what it is at, for people")],
                async (a, ct) =>
                {
                    run.Touch(clock);
                    return Guard.Sentence(await board.PulseAsync(run, a.Text("note"), ct));
                }),
        ];
    }

    /// <summary>For an agent that a person started, with that person's key.</summary>
    public static IReadOnlyList<BoardTool> OfPerson(BoardClient board) =>
    [
        new("kanban_list", "List tasks, those that changed last first.",
            [
                new("board", "string", "a board's key"), new("status", "string", "where they stand", OneOf: Words.All<Status>()), new("lane", "string", "a lane's name"),
                new("search", "string", "words of the title"), new("limit", "integer", "at most so many; 50 unless given"),
            ],
            async (a, ct) => Written(await board.TasksAsync(
                new TaskFilter(a.Text("board"), a.Word<Status>("status") is { } status ? [status] : null, a.Text("lane"), Search: a.Text("search")), Math.Clamp(a.Number("limit") ?? 50, 1, 200), ct)), ReadOnly: true),
        new("kanban_show", "Show a task with its body, links, runs and comments.", [new("key", "string", "the task's key, such as main-42", Required: true)],
            async (a, ct) => Written(await board.TaskAsync(a.Needed("key"), ct)), ReadOnly: true),
        new("kanban_add", "Add a task.",
            [
                new("title", "string", "one line that says what it is", Required: true), new("lane", "string", "the lane whose workers take it", Required: true), new("board", "string", "the board it belongs to; main unless given"),
                new("body", "string", "what to do, in Markdown, or a script for a shell lane"), new("acceptance", "string", "by what one tells that it is done"), new("parents", "array", "keys of tasks that must be done first"),
                new("needs", "array", "capabilities its worker must have"), new("labels", "array", "labels"), new("priority", "integer", "-1000 to 1000, higher first"),
                new("idempotency_key", "string", "the same key again gives the same task instead of another"),
            ],
            async (a, ct) => Written(await board.AddTaskAsync(new CreateTask(a.Needed("title"), a.Needed("lane"), a.Text("board"), a.Text("body"), a.Many("parents"), a.Many("needs"),
                Priority: a.Number("priority") ?? 0, Labels: a.Many("labels"), IdempotencyKey: a.Text("idempotency_key"), Acceptance: a.Text("acceptance")), ct))),
        new("kanban_comment", "Put a remark on a task; its run reads it, or its next one.",
            [new("key", "string", "the task's key", Required: true), new("text", "string", "the remark", Required: true)],
            async (a, ct) => $"Comment {(await board.CommentAsync(a.Needed("key"), a.Needed("text"), ct)).Id} is on {a.Needed("key")}."),
        new("kanban_answer", "Answer the question of a task's last run: the task goes on.",
            [new("key", "string", "the task's key", Required: true), new("text", "string", "the answer", Required: true)],
            // What an agent was refused, people alone allow.
            async (a, ct) => Written(await board.AnswerAsync(a.Needed("key"), a.Needed("text"), allow: false, ct))),
    ];

    /// <summary>What was said since the run last looked, quoted: it is for the run to weigh, and no part of a tool's answer.</summary>
    public static async Task<string> NewsAsync(BoardClient board, InRun run, string otherwise, CancellationToken ct)
    {
        var news = await board.InboxAsync(run, ct);
        return news.Count == 0 ? otherwise
            : $"New comments on {run.TaskKey}:\n" + string.Join('\n', news.Select(c => $"- {c.By}, {Times.Iso(c.At)}:\n> {c.Text.ReplaceLineEndings("\n> ")}"));
    }

    private static Parameter Metadata => new("metadata", "object", "for children and programs, at most 64 KiB");

    private static Parameter Created => new("created", "array", "keys of the child tasks that this run made; they are verified");

    private static string Written<T>(T answer) => JsonSerializer.Serialize(answer, ClientJson.Wire);
}
