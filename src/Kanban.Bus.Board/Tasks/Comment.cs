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
}
