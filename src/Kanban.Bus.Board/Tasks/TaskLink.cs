namespace Kanban.Bus.Board.Tasks;

/// <summary>The child starts only after the parent is done.</summary>
public sealed class TaskLink
{
    public Guid ParentId { get; init; }
    public Guid ChildId { get; init; }
    public KanbanTask Parent { get; init; } = null!;
    public KanbanTask Child { get; init; } = null!;
}
