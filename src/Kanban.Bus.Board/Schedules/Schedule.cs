using System.Text.Json;
using Kanban.Bus.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Schedules;

/// <summary>Makes a task at each of its times. Its row decides which times are still to come; whatever fires it only says that one may have.</summary>
public sealed class Schedule
{
    public const int DefaultCatchUpLimit = 10;

    /// <summary>How late a time may be made and still not count as missed.</summary>
    public static readonly TimeSpan OnTime = TimeSpan.FromMinutes(1);

    public required string Name { get; init; }
    public required string Cron { get; set; }
    public required string TimeZone { get; set; }

    /// <summary>What each task is made from, JSON of <see cref="CreateTask"/>.</summary>
    public required string Template { get; set; }

    public Overlap Overlap { get; set; }
    public CatchUp CatchUp { get; set; } = CatchUp.Last;
    public int CatchUpLimit { get; set; } = DefaultCatchUpLimit;
    public int? DueSeconds { get; set; }
    public bool Paused { get; set; }
    public string? PausedReason { get; set; }
    public string? Note { get; set; }

    /// <summary>The next of its times that has not been seen to; null while it is paused, or when none comes any more.</summary>
    public DateTimeOffset? NextAt { get; set; }

    /// <summary>The time whose task waits until the last one has ended.</summary>
    public DateTimeOffset? QueuedAt { get; set; }

    public DateTimeOffset? LastAt { get; set; }
    public Guid? LastTaskId { get; set; }

    /// <summary>Why its last time made no task.</summary>
    public string? Problem { get; set; }

    /// <summary>Rises with every edit; its ETag.</summary>
    public long Version { get; set; } = 1;

    public required string CreatedBy { get; init; }
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Who makes its tasks, as the history names it.</summary>
    public string Actor => "schedule:" + Name;

    public Cron Times => Schedules.Cron.TryRead(Cron, TimeZone, out var cron, out var fault) ? cron : throw new InvalidOperationException($"Schedule {Name} can't be read on this host: {fault.Detail}");

    public CreateTask Task => JsonSerializer.Deserialize<CreateTask>(Template, Json.Board)!;

    /// <summary>Lets time go on from here: times before are past.</summary>
    public void GoOnFrom(DateTimeOffset now) => NextAt = Paused ? null : Times.After(now);

    /// <summary>Takes the times that have come, and says for which of them to make tasks: at most one, but for <see cref="CatchUp.All"/>.</summary>
    /// <returns>Oldest first. The others are past for good.</returns>
    public IReadOnlyList<DateTimeOffset> TakeDue(DateTimeOffset now)
    {
        if (NextAt is not { } first || first > now)
            return [];
        var times = Times;
        var due = new List<DateTimeOffset>();
        for (var at = times.UpTo(now); at >= first && due.Count < (CatchUp is CatchUp.All ? CatchUpLimit : 1); at = times.UpTo(at.Value.AddTicks(-1)))
            due.Insert(0, at.Value);
        NextAt = times.After(now);
        return CatchUp is CatchUp.None ? [.. due.Where(at => now - at <= OnTime)] : due;
    }

    /// <summary>What its task for this time is; the same time never makes another one.</summary>
    public CreateTask TaskOf(DateTimeOffset at) => Task with
    {
        IdempotencyKey = $"{Actor}@{at.UtcDateTime:yyyy-MM-ddTHH:mm:ss.FFFZ}",
        Due = DueSeconds is { } seconds ? at.AddSeconds(seconds) : null,
    };

    public static void Configure(ModelBuilder model) => model.Entity<Schedule>(schedule =>
    {
        schedule.ToTable("schedules").HasKey(s => s.Name);
        schedule.Ignore(s => s.Actor);
        schedule.Ignore(s => s.Times);
        schedule.Ignore(s => s.Task);
        schedule.HasIndex(s => s.NextAt);
    });
}
