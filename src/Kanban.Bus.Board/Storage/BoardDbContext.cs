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
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace Kanban.Bus.Board.Storage;

/// <summary>The rows that decide. One thin subclass per database; everything else is the same for both.</summary>
public abstract class BoardDbContext : DbContext
{
    protected BoardDbContext(DbContextOptions options) : base(options)
    {
        // Looking for changes costs a pass over every tracked row: it is done once, at the save, not at every lookup.
        ChangeTracker.AutoDetectChangesEnabled = false;
        // A save that fails ends its transaction, see Transactions: there is nothing to go back to.
        Database.AutoSavepointsEnabled = false;
    }

    public DbSet<TaskBoard> Boards => Set<TaskBoard>();
    public DbSet<Lane> Lanes => Set<Lane>();
    public DbSet<Pool> Pools => Set<Pool>();
    public DbSet<Gateway> Gateways => Set<Gateway>();
    public DbSet<KanbanTask> Tasks => Set<KanbanTask>();
    public DbSet<Schedule> Schedules => Set<Schedule>();
    public DbSet<TaskLink> TaskLinks => Set<TaskLink>();
    public DbSet<Comment> Comments => Set<Comment>();
    public DbSet<Run> Runs => Set<Run>();
    public DbSet<Lease> Leases => Set<Lease>();
    public DbSet<ReservationRow> Reservations => Set<ReservationRow>();
    public DbSet<FairWeight> FairWeights => Set<FairWeight>();
    public DbSet<Worker> Workers => Set<Worker>();
    public DbSet<WorkerSlots> WorkerSlots => Set<WorkerSlots>();
    public DbSet<LogChunk> LogChunks => Set<LogChunk>();
    public DbSet<Artifact> Artifacts => Set<Artifact>();
    public DbSet<BoardEvent> Events => Set<BoardEvent>();
    public DbSet<Turn> Turns => Set<Turn>();
    public DbSet<RelayCursor> Relays => Set<RelayCursor>();
    public DbSet<Alarm> Alarms => Set<Alarm>();
    public DbSet<SetAside> DeadLetters => Set<SetAside>();
    public DbSet<AccessToken> Tokens => Set<AccessToken>();

    /// <summary>The database's clock, UTC: the only clock that deadlines are compared with.</summary>
    public Task<DateTimeOffset> NowAsync(CancellationToken ct) => Database.SqlQuery<DateTimeOffset>($"SELECT kanban_now() AS \"Value\"").SingleAsync(ct);

    /// <summary>The database's clock within a query, read anew for every row: one round trip less than <see cref="NowAsync"/>.</summary>
    public static DateTimeOffset Now() => throw new InvalidOperationException("Only within a query.");

    /// <summary>Waits for a lock that the transaction then holds to its end: one of <see cref="BoardLock"/>.</summary>
    public abstract Task LockAsync(BoardLock name, CancellationToken ct);

    /// <summary>These tasks; reading them locks their rows, in id order, until the transaction ends.</summary>
    /// <remarks>Who changes a task, a run or a lease holds its task's row. It is the only row lock they need.</remarks>
    public abstract IQueryable<KanbanTask> LockedTasks(IReadOnlyCollection<Guid> ids);

    /// <summary>The tasks of these runs, locked as by <see cref="LockedTasks"/>.</summary>
    public abstract IQueryable<KanbanTask> LockedTasksOf(IReadOnlyCollection<Guid> runIds);

    public Task<List<KanbanTask>> LockTasksAsync(IReadOnlyCollection<Guid> ids, CancellationToken ct) => LockedTasks(ids).ToListAsync(ct);

    /// <summary>The first tasks in line of each of these groups of a queue, all their parents done.</summary>
    internal abstract IQueryable<KanbanTask> FirstOfGroups(string lane, string requirementSet, IReadOnlyCollection<string> groups, int each);

    /// <summary>Draws the next numbers of a board's tasks.</summary>
    /// <returns>The first of <paramref name="count"/> consecutive numbers; null when there is no such board.</returns>
    public async Task<int?> DrawNumbersAsync(string board, int count, CancellationToken ct)
    {
        var drawn = await Database
            .SqlQuery<int>($"UPDATE boards SET next_number = next_number + {count} WHERE key = {board} RETURNING next_number - {count} AS \"Value\"")
            .ToListAsync(ct);
        return drawn.Count == 0 ? null : drawn[0];
    }

    /// <summary>Loads the leases of these runs and locks their rows, in id order. Who calls it holds the tasks' rows already.</summary>
    public abstract Task<List<Lease>> LockLeasesAsync(IReadOnlyCollection<Guid> runIds, CancellationToken ct);

    /// <summary>Renews what this worker holds of these leases, with one statement.</summary>
    public abstract Task<int> RenewLeasesAsync(string workerId, IReadOnlyCollection<HeldRun> held, DateTimeOffset now, DateTimeOffset expiresAt, CancellationToken ct);

    /// <summary>Events beyond a position that no transaction still open can overtake: who reads on from the last of them misses none.</summary>
    public abstract IQueryable<BoardEvent> SettledEvents(EventPosition after);

    /// <summary>Appends a piece to a run's log, with one statement, while this lease of the run is live.</summary>
    /// <param name="mostBytes">That the run's log may have.</param>
    /// <returns>False when the lease is gone, the piece does not begin where its stream ends, or the log would be too long.</returns>
    /// <remarks>The lease's row is locked meanwhile, so a run's pieces commit in the order of their ids.</remarks>
    public abstract Task<bool> AppendLogAsync(LogChunk chunk, long fencingToken, long mostBytes, CancellationToken ct);

    /// <summary>The row was refused because another with the same unique key came first.</summary>
    public abstract bool IsDuplicateKey(DbUpdateException error);

    /// <summary>Another transaction was in the way; the same work may be tried again from its first read.</summary>
    public abstract bool IsConflict(Exception error);

    /// <summary>The database can't be reached or is not able to answer now.</summary>
    public abstract bool IsUnavailable(Exception error);

    /// <summary>Whether events were written since the last commit that said so, see <see cref="CommitSignals"/>.</summary>
    internal bool HasNews { get; set; }

    /// <summary>Whether something was written since then that may let admission start a task.</summary>
    internal bool MayStart { get; set; }

    /// <summary>Whether more children became free than one transaction releases: the rest is for the next tick of admission.</summary>
    internal bool HasMoreToRelease { get; set; }

    /// <param name="acceptAllChangesOnSuccess">False for the last save before the commit: copying what is now in the database costs as much as finding what had changed. Few rows are accepted all the same, since they get the database's values with it.</param>
    public override async Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default)
    {
        ChangeTracker.DetectChanges();
        foreach (var task in ChangeTracker.Entries<KanbanTask>().Where(t => t.State is EntityState.Added or EntityState.Modified))
            this.GetService<Turns>().Set(task);
        var changes = ChangeTracker.Entries().Where(e => e.State is EntityState.Added or EntityState.Modified or EntityState.Deleted).ToList();
        HasNews |= changes.Any(e => e is { Entity: BoardEvent, State: EntityState.Added });
        MayStart |= changes.Any(e => MayLetStart(e.Entity));
        if (Database.CurrentTransaction is null || !await TryWriteTogetherAsync(changes, cancellationToken))
            return await base.SaveChangesAsync(acceptAllChangesOnSuccess: true, cancellationToken);
        foreach (var written in changes.Where(e => e.Entity is BoardEvent))
            written.State = EntityState.Detached;
        if (acceptAllChangesOnSuccess)
            ChangeTracker.AcceptAllChanges();
        return changes.Count;
    }

    /// <summary>A task that could start, or will at a time that the next look is reckoned by; units or slots that are free again. Not an offer or a claim: these only hold what admission gave them.</summary>
    private static bool MayLetStart(object changed) => changed switch
    {
        KanbanTask task => task is { Status: Status.Ready, LiveRunId: null } or { Status: Status.Scheduled, NotBefore: not null },
        Run run => !run.Live,
        TaskBoard or Lane or Pool or FairWeight or Worker or Fleet.WorkerSlots => true,
        // Each look at a gateway is written to its row; only a move of its cap lets anything start.
        BoardEvent { Type: EventTypes.PoolMoved } => true,
        _ => false,
    };

    /// <summary>May write all of these changes in the open transaction with fewer statements than rows.</summary>
    /// <returns>False when it wrote nothing.</returns>
    protected virtual Task<bool> TryWriteTogetherAsync(IReadOnlyList<EntityEntry> changes, CancellationToken ct) => Task.FromResult(false);

    protected override void OnModelCreating(ModelBuilder model) => BoardModel.Configure(model);

    protected override void ConfigureConventions(ModelConfigurationBuilder conventions) => BoardModel.Convert(conventions);
}
