namespace Kanban.Bus.Board.Tasks;

/// <summary>A remark on a task, by a person or by one of its runs.</summary>
public sealed class Comment
{
    public long Id { get; init; }
    public Guid TaskId { get; init; }
    public Guid? RunId { get; init; }
    public required string By { get; init; }
    public DateTimeOffset At { get; init; }
    public required string Text { get; init; }

    /// <summary>When a run of its task first had it: in its brief, or in an answer to the run itself. Null while none has.</summary>
    public DateTimeOffset? SeenAt { get; set; }

    /// <summary>That run, as the history names it.</summary>
    public string? SeenBy { get; set; }
}
