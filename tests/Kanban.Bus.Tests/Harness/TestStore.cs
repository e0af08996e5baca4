using Kanban.Bus.Board.Access;
using Kanban.Bus.Board.Admission;
using Kanban.Bus.Board.Alarms;
using Kanban.Bus.Board.Fleet;
using Kanban.Bus.Board.Gateways;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Lanes;
using Kanban.Bus.Board.Pools;
using Kanban.Bus.Board.Runs;
using Kanban.Bus.Board.Schedules;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Board.Tasks;
using Kanban.Bus.Contracts;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Kanban.Bus.Tests.Harness;

/// <summary>The board's use cases over a real, empty database, with no server and no background work around them: a test makes each step happen itself.</summary>
/// <remarks>What every database promises is written once as an abstract class over a <see cref="TestStore"/>, with a one-line subclass per database.</remarks>
public abstract class TestStore : IAsyncDisposable
{
    private ServiceProvider? _services;

    public LeaseOptions Lease { get; } = new();

    public AdmissionOptions Admission { get; } = new();

    public GatewayOptions Gateway { get; } = new();

    /// <summary>Publishes nothing and remembers nothing: the rows decide.</summary>
    internal SilentOfferBus Bus { get; } = new();

    public IServiceProvider Services => _services ?? throw new InvalidOperationException("Start the store first.");

    /// <summary>Moves the database's clock.</summary>
    public abstract Task AdvanceAsync(TimeSpan by);

    public virtual async Task StartAsync()
    {
        var services = new ServiceCollection().AddLogging();
        AddStorage(services);
        services.AddSingleton<IOfferBus>(Bus).AddSingleton(Options.Create(Lease)).AddSingleton(Options.Create(Admission)).AddSingleton(Options.Create(Gateway));
        services.AddSingleton<BoardReadiness>().AddSingleton(Options.Create(new TransportOptions())).AddSingleton<OfferPublisher>();
        services.AddTasks().AddSchedules().AddLanes().AddPools().AddGateways().AddRuns().AddAdmission().AddAlarms().AddFleet();
        Configure(services);
        _services = services.BuildServiceProvider(validateScopes: true);
        await MakeSchemaAsync();
    }

    /// <summary>Makes the tables in a database that is empty.</summary>
    protected virtual Task MakeSchemaAsync() => UseAsync(db => db.Database.MigrateAsync());

    /// <summary>For specs that need more of the board than its rows.</summary>
    protected virtual void Configure(IServiceCollection services)
    {
    }

    protected abstract void AddStorage(IServiceCollection services);

    /// <summary>One use of the database: a scope and a context of its own, as each request has.</summary>
    public async Task<T> UseAsync<T>(Func<IServiceProvider, Task<T>> use)
    {
        await using var scope = Services.CreateAsyncScope();
        return await use(scope.ServiceProvider);
    }

    public async Task UseAsync(Func<BoardDbContext, Task> use)
    {
        await using var scope = Services.CreateAsyncScope();
        await use(scope.ServiceProvider.GetRequiredService<BoardDbContext>());
    }

    public Task<T> ReadAsync<T>(Func<BoardDbContext, Task<T>> read) =>
        UseAsync(services => read(services.GetRequiredService<BoardDbContext>()));

    public Task<Run> RunAsync(Guid runId) => ReadAsync(db => db.Runs.AsNoTracking().Include(r => r.Task).SingleAsync(r => r.CorrelationId == runId));

    public Task<KanbanTask> TaskAsync(Guid taskId) => ReadAsync(db => db.Tasks.AsNoTracking().SingleAsync(t => t.Id == taskId));

    /// <summary>Kinds of the history's events about a task, oldest first.</summary>
    public Task<List<string>> EventsAsync(Guid taskId) =>
        ReadAsync(db => db.Events.Where(e => e.TaskId == taskId).OrderBy(e => e.Seq).Select(e => e.Type).ToListAsync());

    public Task AddLaneAsync(string name, Action<Lane>? set = null) => UseAsync(async db =>
    {
        var lane = new Lane { Name = name, CreatedAt = await db.NowAsync(default) };
        set?.Invoke(lane);
        db.Lanes.Add(lane);
        await db.SaveChangesAsync();
    });

    public Task AddPoolAsync(string name, int? capacity, Action<Pool>? set = null) => UseAsync(async db =>
    {
        var kind = name.StartsWith(Pool.HostPrefix, StringComparison.Ordinal) ? PoolKind.Host : PoolKind.Fixed;
        var pool = new Pool { Name = name, Kind = kind, Capacity = capacity, CreatedAt = await db.NowAsync(default) };
        set?.Invoke(pool);
        db.Pools.Add(pool);
        await db.SaveChangesAsync();
    });

    public Task AddBoardAsync(string key, int? maxActive = null) => UseAsync(async db =>
    {
        db.Boards.Add(new Board.Boards.TaskBoard { Key = key, Title = key, MaxActive = maxActive, CreatedAt = await db.NowAsync(default) });
        await db.SaveChangesAsync();
    });

    /// <summary>A row as the API leaves it, without the API.</summary>
    public async Task<KanbanTask> AddTaskAsync(string lane, Action<KanbanTask>? set = null, string board = "main", params IReadOnlyList<KanbanTask> parents)
    {
        KanbanTask? task = null;
        await UseAsync(async db =>
        {
            var now = await db.NowAsync(default);
            var number = await db.DrawNumbersAsync(board, 1, default) ?? throw new InvalidOperationException($"No board {board}.");
            task = new KanbanTask { Id = Guid.CreateVersion7(now), Board = board, Number = number, Lane = lane, Title = $"task {number}", CreatedBy = "key:test", CreatedAt = now };
            task.Release(parents.All(p => p.Status is Status.Done), now);
            set?.Invoke(task);
            task.RequirementSet = RequirementSet.Of(task.Host, task.Needs);
            db.Tasks.Add(task);
            foreach (var parent in parents)
                db.TaskLinks.Add(new TaskLink { ParentId = parent.Id, ChildId = task.Id });
            await db.SaveChangesAsync();
        });
        return task!;
    }

    public Task AddWorkerAsync(string id, string lanes, string host = "host-1", string capabilities = "", string profiles = "shell") => UseAsync(async db =>
    {
        var now = await db.NowAsync(default);
        db.Workers.Add(new Board.Fleet.Worker
        {
            Id = id,
            Host = host,
            Capabilities = capabilities,
            Profiles = profiles,
            Version = "test",
            SessionHash = Tokens.New(Tokens.Session).Hash,
            RegisteredAt = now,
            HeartbeatAt = now,
            State = WorkerState.Live,
            Lanes = [.. lanes.Split(' ').Select(l => l.Split('=')).Select(l => new WorkerSlots { WorkerId = id, Lane = l[0], Slots = int.Parse(l[1], System.Globalization.CultureInfo.InvariantCulture) })],
        });
        await db.SaveChangesAsync();
    });

    /// <summary>Passes until nothing more is offered.</summary>
    public async Task<IReadOnlyList<Offer>> AdmitAsync()
    {
        var offers = new List<Offer>();
        while (await UseAsync(s => s.GetRequiredService<AdmissionPass>().RunAsync(default)) is { Offers.Count: > 0 } result)
            offers.AddRange(result.Offers);
        return offers;
    }

    internal Task<ClaimAnswer> ClaimAsync(string workerId, Guid runId) => UseAsync(async s =>
        (await s.GetRequiredService<ClaimBatch>().DecideAsync([new(workerId, new ClaimRuns([new ClaimItem(runId, 0)]))], default))[0].Answers[0]);

    internal Task<FinishAnswer> FinishAsync(string workerId, FinishItem finish) => UseAsync(async s =>
        (await s.GetRequiredService<FinishBatch>().DecideAsync([new(workerId, new FinishRuns([finish]))], default))[0].Answers[0]);

    /// <summary>One event for one run, as a use case sends it: in a transaction that holds the task's row.</summary>
    public Task SendAsync<T>(T happened) where T : class => UseAsync(s =>
    {
        var db = s.GetRequiredService<BoardDbContext>();
        return db.InTransactionAsync(async () =>
        {
            await s.GetRequiredService<IRunSaga>().SendAsync(happened, default);
            return true;
        }, default);
    });

    /// <summary>Alarms whose cause is gone are over from here on.</summary>
    public async Task ClearAlarmsAsync()
    {
        await using var scope = Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<AlarmCauses>().ClearAsync(default);
    }

    public Task<DateTimeOffset> NowAsync() => ReadAsync(db => db.NowAsync(default));

    public virtual async ValueTask DisposeAsync()
    {
        if (_services is not null)
            await _services.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}

/// <summary>A bus that takes every offer and carries none.</summary>
internal sealed class SilentOfferBus : IOfferBus
{
    public Task<IReadOnlyList<Guid>> PublishAsync(IReadOnlyList<Offer> offers, CancellationToken ct) => Task.FromResult<IReadOnlyList<Guid>>([.. offers.Select(o => o.RunId)]);

    public string? ProblemOf(string lane) => null;

    public Task HintAsync(string workerId, CancellationToken ct) => Task.CompletedTask;

    public Task<bool> ResendAsync(string queue, byte[] body, string? contentType, CancellationToken ct) => Task.FromResult(true);
}
