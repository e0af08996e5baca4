using Kanban.Bus.Board.Runs;
using Kanban.Bus.Board.Tasks;
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
        var run = _db.Runs.Local.FindEntry(correlationId)?.Entity ?? (await _db.LockRunsAsync([correlationId], CancellationToken)).SingleOrDefault();
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

/// <summary>Loading runs for change.</summary>
public static class LockedRuns
{
    /// <summary>Locks the tasks of these runs, then loads the runs, their tasks, lanes and leases into the context. Six statements at most for any number.</summary>
    /// <param name="maybeBack">Whether one of them may go back to where it waits: then what its parents hold is read too.</param>
    public static async Task<List<Run>> LockRunsAsync(this BoardDbContext db, IReadOnlyCollection<Guid> runIds, CancellationToken ct, bool maybeBack = true)
    {
        var taskIds = await db.Runs.Where(r => runIds.Contains(r.CorrelationId)).Select(r => r.TaskId).Distinct().ToListAsync(ct);
        if (taskIds.Count == 0)
            return [];
        var tasks = await db.LockTasksAsync(taskIds, ct);
        if (maybeBack)
        {
            var held = await db.HeldByParentsAsync(taskIds, ct);
            foreach (var task in tasks)
                task.HeldByParents = held.Contains(task.Id);
        }
        await db.LockLeasesAsync(runIds, ct);
        // The tasks are tracked already: the context joins each run to its locked task.
        var runs = await db.Runs.Where(r => runIds.Contains(r.CorrelationId)).ToListAsync(ct);
        var lanes = runs.Select(r => r.Lane).Distinct().ToList();
        await db.Lanes.Where(l => lanes.Contains(l.Name)).LoadAsync(ct);
        return runs;
    }
}
