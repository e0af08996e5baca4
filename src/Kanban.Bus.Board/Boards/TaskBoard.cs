using Kanban.Bus.Board.Admission;

namespace Kanban.Bus.Board.Boards;

/// <summary>A set of tasks with its own key and cap.</summary>
public sealed class TaskBoard
{
    public required string Key { get; init; }
    public required string Title { get; set; }

    /// <summary>Most runs of its tasks, offered and held, at one time; null for no cap.</summary>
    public int? MaxActive { get; set; }

    /// <summary>When it is open or has another cap, see <see cref="Windows.WindowRules"/>.</summary>
    public string Windows { get; set; } = "";

    /// <summary>The number its next task gets. Drawn by an update under the row's lock, so numbers have no gaps but for rolled-back creations.</summary>
    public int NextNumber { get; set; } = 1;

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>The cap that holds at this moment.</summary>
    public Cap Effective(DateTimeOffset now) => new Cap(CapKey.Board(Key), MaxActive).Through(Windows, now);
}
