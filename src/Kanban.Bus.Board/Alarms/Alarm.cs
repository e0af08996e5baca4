using Kanban.Bus.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Alarms;

/// <summary>An alarm's row, from when it is raised; one that comes again after it was cleared is another row. Per kind and subject one at most is open.</summary>
public sealed class Alarm
{
    public Guid Id { get; init; }
    public AlarmKind Kind { get; init; }

    /// <summary>As of <see cref="AlarmView"/>.</summary>
    public required string Subject { get; init; }

    /// <summary>Where the subject is a task.</summary>
    public Guid? TaskId { get; init; }

    public required string Reason { get; set; }
    public DateTimeOffset Since { get; init; }
    public DateTimeOffset LastSeenAt { get; set; }
    public int Count { get; set; }
    public string? AcknowledgedBy { get; set; }
    public DateTimeOffset? AcknowledgedAt { get; set; }
    public string? Note { get; set; }
    public DateTimeOffset? ClearedAt { get; set; }

    public AlarmView View() => new(Id, Kind, Subject, Reason, Since, LastSeenAt, Count, AcknowledgedBy, AcknowledgedAt, Note, ClearedAt);

    internal static void Configure(ModelBuilder model) => model.Entity<Alarm>(alarm =>
    {
        alarm.ToTable("alarms").HasKey(a => a.Id);
        alarm.Property(a => a.Id).ValueGeneratedNever();
        alarm.HasIndex(a => new { a.Kind, a.Subject }).IsUnique().HasFilter("cleared_at IS NULL").HasDatabaseName("ux_alarms_open");
    });
}
