using Kanban.Bus.Cli.Printing;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Cli.Tasks;

/// <summary>How tasks, runs and events are printed.</summary>
internal static class TaskColumns
{
    public static Columns<TaskView> Of(TimeProvider clock) => new(
        task => task.Key,
        new("KEY", task => task.Key),
        new("STATUS", task => Words.Of(task.Status)),
        new("LANE", task => task.Lane),
        new("PRIO", task => task.Priority == 0 ? "" : $"{task.Priority}", task => $"{task.Priority}"),
        new("HOST", task => task.Run?.Host ?? task.Host),
        new("AGE", task => Times.Age(task.UpdatedAt, clock), task => Times.Iso(task.UpdatedAt)),
        new("TITLE", task => Short(task.Title, 48), task => task.Title),
        new("NOTE", task => Short(Note(task) ?? "", 80), Note),
        new("DUE", task => task.Due is { } due ? Times.Local(due) + Overdue(task) : null, task => task.Due is { } due ? Times.Iso(due) : null));

    public static Columns<EventView> Events { get; } = new(
        item => item.Id,
        new("ID", item => item.Id),
        new("TIME", item => item.Time.LocalDateTime.ToString("HH:mm:ss", null), item => Times.Iso(item.Time)),
        new("EVENT", Kind),
        new("SUBJECT", item => item.Subject),
        new("BY", item => item.Actor),
        new("DATA", item => item.Text ?? item.Data.GetRawText(), item => item.Data.GetRawText()));

    public static string Sentence(TaskView task) => Note(task) is { Length: > 0 } note
        ? $"{task.Key} is {Words.Of(task.Status)}: {note}"
        : $"{task.Key} is {Words.Of(task.Status)}.";

    public static IEnumerable<(string Name, string? Value)> Fields(TaskView task) =>
    [
        ("key", task.Key),
        ("title", task.Title),
        ("status", Words.Of(task.Status)),
        ("lane", task.Lane),
        ("board", task.Board),
        ("priority", task.Priority == 0 ? null : $"{task.Priority}"),
        ("host", task.Host),
        ("needs", string.Join(' ', task.Needs)),
        ("labels", string.Join(' ', task.Labels)),
        ("not before", task.NotBefore is { } at ? Times.Iso(at) : null),
        ("due", task.Due is { } due ? Times.Iso(due) + Overdue(task) : null),
        ("archived", task.Archived ? "yes" : null),
        ("reason", task.Reason),
        ("waits", task.Wait),
        ("attempts", $"{task.Attempts}"),
        ("failures", task.Failures is { Count: > 0 } failures ? string.Join(' ', failures.Select(f => $"{f.Key}={f.Value}")) : null),
        ("on limit", task.OnLimit is OnLimit.Wait ? null : Words.Of(task.OnLimit)),
        ("workspace", task.Workspace),
        ("created", $"{Times.Iso(task.CreatedAt)} by {task.CreatedBy}"),
        ("ended", task.EndedAt is { } ended ? Times.Iso(ended) : null),
        ("summary", task.Summary),
    ];

    /// <summary>The kind of an event, without the prefix and version that the wire has: <c>task.created</c>.</summary>
    public static string Kind(EventView item)
    {
        var parts = item.Type.Split('.');
        return parts.Length > 3 ? string.Join('.', parts[2..^1]) : item.Type;
    }

    /// <summary>What a reader wants to know next: why it waits, why it ended, or what came of it.</summary>
    private static string? Note(TaskView task) => task.Status switch
    {
        Status.Done => task.Summary,
        Status.Running or Status.Review => task.Reason ?? task.Summary,
        _ => task.Reason ?? task.Wait,
    };

    private static string Overdue(TaskView task) => task.Overdue ? " (overdue)" : "";

    private static string Short(string text, int most) => text.Length <= most ? text : string.Concat(text.AsSpan(0, most - 1), "…");
}
