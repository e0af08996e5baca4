using Kanban.Bus.Board.Tasks;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Admission;

/// <summary>Units of a cap that are kept, as they become free, for the task that has starved for them the longest. Tasks whose turn comes before that task's are not bound by it.</summary>
/// <param name="Holder">The task's place in line.</param>
/// <param name="Units">What it draws of the cap.</param>
public sealed record Reservation(CapKey Cap, string TaskKey, Place Holder, int Units, DateTimeOffset Since);

/// <summary>A reservation as it is stored: one for each cap at most. It counts for as long as its task is ready and has no run.</summary>
public sealed class ReservationRow
{
    public CapKind Kind { get; init; }

    /// <summary>The lane's, the pool's, the board's or the host's; empty for the cap over everything.</summary>
    public required string Name { get; init; }

    public Guid TaskId { get; init; }
    public KanbanTask Task { get; init; } = null!;
    public int Units { get; init; }
    public DateTimeOffset Since { get; init; }

    public static void Configure(ModelBuilder model) => model.Entity<ReservationRow>(row =>
    {
        row.ToTable("reservations").HasKey(r => new { r.Kind, r.Name });
        row.HasOne(r => r.Task).WithMany().HasForeignKey(r => r.TaskId).OnDelete(DeleteBehavior.Cascade);
    });
}

/// <summary>What a fair key's live runs are divided by when it is asked who goes next; 1 for those that have no row.</summary>
public sealed class FairWeight
{
    public required string Key { get; init; }
    public int Weight { get; set; }
}
