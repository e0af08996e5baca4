using Kanban.Bus.Board.Runs;
using Kanban.Bus.Board.Tasks;
using Kanban.Bus.Contracts;
using MassTransit;
using MassTransit.Context;
using MassTransit.Saga;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Storage;

/// <summary>Gives the state machine its instances: the run rows of the caller's context, loaded and locked once for a whole batch.</summary>
/// <remarks>
/// Stands where the package <c>MassTransit.EntityFrameworkCore</c> could, in its shape. It differs in one thing: it opens no transaction and
/// saves nothing itself. The use case that sends the events does both, once for all of them.
/// </remarks>
public sealed class RunSagaRepository(BoardDbContext db) : ISagaRepositoryContextFactory<Run>
{
    public Task Send<T>(ConsumeContext<T> context, IPipe<SagaRepositoryContext<Run, T>> next) where T : class =>
        next.Send(new RunSagaRepositoryContext<T>(db, context));

    public Task SendQuery<T>(ConsumeContext<T> context, ISagaQuery<Run> query, IPipe<SagaRepositoryQueryContext<Run, T>> next) where T : class =>
        throw new NotSupportedException("Run events correlate by the run's id.");

    public void Probe(ProbeContext context) => context.CreateScope("run-rows");
}

internal sealed class RunSagaRepositoryContext<T> : ConsumeContextScope<T>, SagaRepositoryContext<Run, T> where T : class
{
    private readonly BoardDbContext _db;
    private readonly ConsumeContext<T> _context;

    public RunSagaRepositoryContext(BoardDbContext db, ConsumeContext<T> context) : base(context)
    {
        _db = db;
        _context = context;
        context.GetOrAddPayload(() => db);
    }

    public async Task<SagaConsumeContext<Run, T>> Load(Guid correlationId)
    {
        // The batch has loaded it under its task's lock; a single event loads it here, the same way.
        var run = _db.Runs.Local.FindEntry(correlationId)?.Entity ?? (await _db.LockRunsAsync([correlationId], CancellationToken)).Runs.SingleOrDefault();
        return run is null ? null! : new DefaultSagaConsumeContext<Run, T>(_context, run);
    }

    public Task<SagaConsumeContext<Run, TOther>> CreateSagaConsumeContext<TOther>(ConsumeContext<TOther> consumeContext, Run instance, SagaConsumeContextMode mode)
        where TOther : class => Task.FromResult<SagaConsumeContext<Run, TOther>>(new DefaultSagaConsumeContext<Run, TOther>(consumeContext, instance));

    // The rows are tracked: what the machine changed is saved by whoever opened the transaction.
    public Task Update(SagaConsumeContext<Run> context) => Task.CompletedTask;

    public Task Save(SagaConsumeContext<Run> context) => Task.CompletedTask;

    public Task Discard(SagaConsumeContext<Run> context) => Task.CompletedTask;

    public Task Undo(SagaConsumeContext<Run> context) => Task.CompletedTask;

    public Task Delete(SagaConsumeContext<Run> context) => throw Unmade();

    public Task<SagaConsumeContext<Run, T>> Add(Run instance) => throw Unmade();

    public Task<SagaConsumeContext<Run, T>> Insert(Run instance) => throw Unmade();

    private static NotSupportedException Unmade() => new("Runs are made by admission alone and are never deleted by an event.");
}

/// <param name="Now">The database's clock, read under the locks.</param>
public sealed record LockedRuns(List<Run> Runs, DateTimeOffset Now);

/// <summary>Loading runs for change.</summary>
public static class RunLocks
{
    /// <summary>Locks the tasks of these runs, then loads the runs, their tasks, lanes and leases into the context. Four statements at most for any number.</summary>
    /// <param name="maybeBack">Whether one of them may go back to where it waits: then what its parents hold is read too.</param>
    public static async Task<LockedRuns> LockRunsAsync(this BoardDbContext db, IReadOnlyCollection<Guid> runIds, CancellationToken ct, bool maybeBack = true)
    {
        var tasks = runIds.Count == 0 ? [] : await db.LockedTasksOf(runIds).ToListAsync(ct);
        if (tasks.Count == 0)
            return new([], await db.NowAsync(ct));
        if (maybeBack)
        {
            var held = await db.HeldByParentsAsync([.. tasks.Select(t => t.Id)], ct);
            foreach (var task in tasks)
                task.HeldByParents = held.Contains(task.Id);
        }
        // The tasks are tracked already: the context joins each run to its locked task.
        var rows = await db.Runs.Where(r => runIds.Contains(r.CorrelationId))
            .LeftJoin(db.Lanes, r => r.Lane, l => l.Name, (run, lane) => new { Run = run, Lane = lane, Now = BoardDbContext.Now() }).ToListAsync(ct);
        // An offer has no lease.
        if (rows.Any(r => r.Run.StateName is not RunState.Offered))
            await db.LockLeasesAsync(runIds, ct);
        return new([.. rows.Select(r => r.Run)], rows.Max(r => r.Now));
    }
}
