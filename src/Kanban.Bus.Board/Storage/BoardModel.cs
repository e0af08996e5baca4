using System.Text.RegularExpressions;
using Kanban.Bus.Board.Access;
using Kanban.Bus.Board.Admission;
using Kanban.Bus.Board.Alarms;
using Kanban.Bus.Board.Artifacts;
using Kanban.Bus.Board.Boards;
using Kanban.Bus.Board.DeadLetters;
using Kanban.Bus.Board.Events;
using Kanban.Bus.Board.Fleet;
using Kanban.Bus.Board.Gateways;
using Kanban.Bus.Board.Lanes;
using Kanban.Bus.Board.Logs;
using Kanban.Bus.Board.Pools;
using Kanban.Bus.Board.Runs;
using Kanban.Bus.Board.Schedules;
using Kanban.Bus.Board.Tasks;
using Kanban.Bus.Contracts;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Kanban.Bus.Board.Storage;

/// <summary>Which table, keys and indexes each stored type has, the same on both databases. What is long stands beside its type, in a method of this name.</summary>
internal static partial class BoardModel
{
    public static void Configure(ModelBuilder model)
    {
        model.Entity<TaskBoard>(board =>
        {
            board.ToTable("boards").HasKey(b => b.Key);
        });

        model.Entity<Lane>(lane =>
        {
            lane.ToTable("lanes").HasKey(l => l.Name);
        });

        model.Entity<Pool>(pool =>
        {
            pool.ToTable("pools").HasKey(p => p.Name);
            pool.Ignore(p => p.Key);
        });
        Gateway.Configure(model);

        model.Entity<KanbanTask>(task =>
        {
            task.ToTable("tasks").HasKey(t => t.Id);
            task.Property(t => t.Id).ValueGeneratedNever();
            task.Property(t => t.Version).IsConcurrencyToken();
            task.Ignore(t => t.Key);
            task.Ignore(t => t.Losses);
            task.Ignore(t => t.Failures);
            task.Ignore(t => t.HeldByParents);
            task.HasOne<TaskBoard>().WithMany().HasForeignKey(t => t.Board).OnDelete(DeleteBehavior.Restrict);
            task.HasOne<Lane>().WithMany().HasForeignKey(t => t.Lane).OnDelete(DeleteBehavior.Restrict);
            task.HasIndex(t => new { t.Board, t.Number }).IsUnique();
            task.HasIndex(t => new { t.Board, t.IdempotencyKey }).IsUnique().HasFilter("idempotency_key IS NOT NULL");
            const string waiting = "status = 'ready' AND live_run_id IS NULL AND NOT archived";
            task.HasIndex(t => new { t.Lane, t.RequirementSet, t.TurnAt, t.Id }).HasFilter(waiting).HasDatabaseName("ix_tasks_admission");
            task.HasIndex(t => new { t.Lane, t.RequirementSet, t.AdmissionGroup, t.TurnAt, t.Id }).HasFilter(waiting).HasDatabaseName("ix_tasks_admission_group");
            task.HasIndex(t => t.NotBefore).HasFilter("status = 'scheduled'").HasDatabaseName("ix_tasks_scheduled");
            // Pages of one status, newest first, whatever the database's figures say of how many there are.
            task.HasIndex(t => new { t.Status, t.Id });
            task.HasIndex(t => t.Due).HasFilter("due IS NOT NULL");
        });

        Schedule.Configure(model);

        model.Entity<TaskLink>(link =>
        {
            link.ToTable("task_links").HasKey(l => new { l.ChildId, l.ParentId });
            link.HasOne(l => l.Parent).WithMany().HasForeignKey(l => l.ParentId).OnDelete(DeleteBehavior.Cascade);
            link.HasOne(l => l.Child).WithMany().HasForeignKey(l => l.ChildId).OnDelete(DeleteBehavior.Cascade);
            link.HasIndex(l => l.ParentId);
        });

        model.Entity<Comment>(comment =>
        {
            comment.ToTable("comments").HasKey(c => c.Id);
            comment.HasOne<KanbanTask>().WithMany().HasForeignKey(c => c.TaskId).OnDelete(DeleteBehavior.Cascade);
            comment.HasIndex(c => new { c.TaskId, c.Id });
            comment.HasIndex(c => c.TaskId).HasFilter("seen_at IS NULL").HasDatabaseName("ix_comments_unseen");
        });

        model.Entity<Run>(run =>
        {
            run.ToTable("runs").HasKey(r => r.CorrelationId);
            run.Property(r => r.CorrelationId).HasColumnName("id").ValueGeneratedNever();
            run.Ignore(r => r.StateName);
            run.Ignore(r => r.Actor);
            run.HasOne(r => r.Task).WithMany().HasForeignKey(r => r.TaskId).OnDelete(DeleteBehavior.Cascade);
            run.HasIndex(r => new { r.TaskId, r.Number }).IsUnique();
            run.HasIndex(r => r.TaskId).IsUnique().HasFilter("live").HasDatabaseName("ux_runs_one_live_per_task");
            run.HasIndex(r => new { r.Lane, r.Fingerprint, r.EndedAt }).HasFilter("fingerprint IS NOT NULL").HasDatabaseName("ix_runs_alike");
            run.HasIndex(r => new { r.Lane, r.OfferedAt }).HasFilter("retry").HasDatabaseName("ix_runs_retries");
            run.HasIndex(r => new { r.Lane, r.State }).HasFilter("live").HasDatabaseName("ix_runs_live");
        });

        model.Entity<Lease>(lease =>
        {
            lease.ToTable("leases").HasKey(l => l.RunId);
            lease.Property(l => l.RunId).ValueGeneratedNever();
            lease.HasOne<Run>().WithMany().HasForeignKey(l => l.RunId).OnDelete(DeleteBehavior.Cascade);
            lease.HasIndex(l => l.TokenHash);
        });

        model.Entity<Worker>(worker =>
        {
            worker.ToTable("workers").HasKey(w => w.Id);
            worker.HasMany(w => w.Lanes).WithOne().HasForeignKey(s => s.WorkerId).OnDelete(DeleteBehavior.Cascade);
            worker.HasIndex(w => w.SessionHash);
        });
        model.Entity<WorkerSlots>().ToTable("worker_slots").HasKey(s => new { s.WorkerId, s.Lane });

        model.Entity<LogChunk>(chunk =>
        {
            chunk.ToTable("log_chunks").HasKey(c => c.Id);
            chunk.HasOne<Run>().WithMany().HasForeignKey(c => c.RunId).OnDelete(DeleteBehavior.Cascade);
            chunk.HasIndex(c => new { c.RunId, c.Stream, c.Offset }).IsUnique();
            chunk.HasIndex(c => new { c.RunId, c.Id });
        });

        Artifact.Configure(model);

        model.Entity<BoardEvent>(row =>
        {
            row.ToTable("events").HasKey(e => e.Seq);
            row.Property(e => e.Seq).ValueGeneratedOnAdd();
            row.HasIndex(e => new { e.Tx, e.Seq });
            row.HasIndex(e => new { e.TaskId, e.Seq });
            row.HasIndex(e => new { e.Pool, e.Seq }).HasFilter("pool IS NOT NULL");
        });

        model.Entity<Turn>().ToTable("turns").HasKey(t => t.Name);
        model.Entity<RelayCursor>().ToTable("relays").HasKey(r => r.Name);

        model.Entity<SetAside>(letter =>
        {
            letter.ToTable("dead_letters").HasKey(d => d.Id);
            letter.Property(d => d.Id).ValueGeneratedNever();
        });

        model.Entity<AccessToken>(token =>
        {
            token.ToTable("tokens").HasKey(t => t.Id);
            token.Property(t => t.Id).ValueGeneratedNever();
            token.HasIndex(t => t.Hash).IsUnique();
        });

        model.Entity<LockRow>().ToTable("locks").HasKey(l => l.Name);

        Alarm.Configure(model);
        ReservationRow.Configure(model);
        LayoutRow.Configure(model);
        model.Entity<FairWeight>().ToTable("fair_weights").HasKey(w => w.Key);

        model.HasDbFunction(typeof(BoardDbContext).GetMethod(nameof(BoardDbContext.Now))!).HasName("kanban_now");

        // Answers to one question, not tables.
        model.Entity<AdmissionTick.Look>().HasNoKey().ToView(null);
        model.Entity<QueueHead>().HasNoKey().ToView(null);
        model.Entity<LayoutCache.Look>().HasNoKey().ToView(null);
        model.Entity<LeaseSweep.Look>().HasNoKey().ToView(null);

        foreach (var entity in model.Model.GetEntityTypes())
            UseSnakeCase(entity);
    }

    /// <summary>Words in the database where C# has enums, as the API writes them.</summary>
    public static void Convert(ModelConfigurationBuilder conventions)
    {
        conventions.Properties<Status>().HaveConversion<WordConverter<Status>>();
        conventions.Properties<RetryMode>().HaveConversion<WordConverter<RetryMode>>();
        conventions.Properties<OnDisconnect>().HaveConversion<WordConverter<OnDisconnect>>();
        conventions.Properties<WorkerState>().HaveConversion<WordConverter<WorkerState>>();
        conventions.Properties<TokenKind>().HaveConversion<WordConverter<TokenKind>>();
        conventions.Properties<Breaker>().HaveConversion<BreakerConverter>();
        conventions.Properties<ErrorClass>().HaveConversion<WordConverter<ErrorClass>>();
        conventions.Properties<OnLimit>().HaveConversion<WordConverter<OnLimit>>();
        conventions.Properties<CapKind>().HaveConversion<WordConverter<CapKind>>();
        conventions.Properties<AlarmKind>().HaveConversion<WordConverter<AlarmKind>>();
        conventions.Properties<PoolKind>().HaveConversion<WordConverter<PoolKind>>();
        conventions.Properties<ProbeKind>().HaveConversion<WordConverter<ProbeKind>>();
        conventions.Properties<Overlap>().HaveConversion<WordConverter<Overlap>>();
        conventions.Properties<CatchUp>().HaveConversion<WordConverter<CatchUp>>();
        conventions.Properties<RunState>().HaveConversion<string>();
    }

    private static void UseSnakeCase(IMutableEntityType entity)
    {
        foreach (var property in entity.GetProperties())
            if (property.GetColumnName() == property.Name)
                property.SetColumnName(Humps().Replace(property.Name, "_$0").ToLowerInvariant());
        foreach (var key in entity.GetKeys())
            key.SetName(key.GetName()!.ToLowerInvariant());
        foreach (var key in entity.GetForeignKeys())
            key.SetConstraintName(key.GetConstraintName()!.ToLowerInvariant());
        foreach (var index in entity.GetIndexes())
            index.SetDatabaseName(index.GetDatabaseName()!.ToLowerInvariant());
    }

    [GeneratedRegex("(?<!^)[A-Z]")]
    private static partial Regex Humps();
}
