using Kanban.Bus.Board.Access;
using Kanban.Bus.Board.Events;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Runs;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Request = Kanban.Bus.Contracts.RegisterWorker;

namespace Kanban.Bus.Board.Fleet;

/// <summary>POST /workers — 200 registered, 400 a field is wrong or a lane unknown, 409 another process has this id, 426 another protocol version.</summary>
/// <remarks>A worker that started anew takes its id over at once: it names the same instance, so the older process is gone, unless that was heard of on another boot of a host within two heartbeats. Another instance waits until the older one said
/// goodbye or is silent for a lease, and holds no run: two processes with one id never both have work.</remarks>
internal static class RegisterWorker
{
    private const int MostSlots = 10_000;

    public static void Map(RouteGroupBuilder workers) => workers.MapPost("/", Handle)
        .WithName("RegisterWorker").WithSummary("Registers a worker and opens its session").RequireAuthorization(Policies.WorkerHost).OnLeasePool();

    private static async Task<Results<Ok<Registered>, ProblemHttpResult>> Handle(
        Request request, BoardDbContext db, IRunSaga saga, RunResumption resumption, KnownQueues queues, IOptions<LeaseOptions> lease, IOptions<TransportOptions> transport, CancellationToken ct)
    {
        if (WorkerProtocol.Common(request.OldestProtocol ?? request.Protocol, request.Protocol) is not { } protocol)
            return Problems.Of(426, "protocol", WhyNoProtocol(request));
        var errors = Check(request).ToList();
        if (errors.Count > 0)
            return Problems.Invalid(errors);
        var known = await db.Lanes.Select(l => l.Name).ToListAsync(ct);
        foreach (var lane in request.Lanes.Keys)
            if (!known.Contains(lane))
                return Problems.Unknown("/lanes", "lane", lane, Nearest.To(lane, known));

        var (token, hash) = Tokens.New(Tokens.Session);
        var (worker, orders) = await db.InTransactionAsync(() => EnterAsync(request, hash, db, saga, queues, lease.Value, ct), ct);
        if (orders is null)
            return Problems.Conflict("worker-id-in-use",
                $"Worker {worker.Id} is another process: pid {worker.ProcessId} on host {worker.Host}, last heard at {worker.HeartbeatAt:HH:mm:ss} UTC. Give each worker an id of its own, or stop the other; this one is taken when the other is gone and holds no run.");
        // What was lost while it was away and nobody has claimed since goes on.
        if (orders.Forget.Count > 0 && await resumption.ResumeAsync(worker.Id, [.. request.Held.Where(r => orders.Forget.Contains(r.RunId))], ct) > 0)
            orders = await HeartbeatEndpoint.OrdersAsync(db, worker, request.Held, queues, ct);
        var broker = transport.Value.Provider is TransportProvider.Rabbitmq ? new BrokerAddress(transport.Value.WorkerUri ?? transport.Value.Uri!) : null;
        return TypedResults.Ok(new Registered(worker.Id, token, lease.Value.Heartbeat.TotalSeconds, lease.Value.Duration.TotalSeconds, broker, orders, protocol));
    }

    private static async Task<(Worker Worker, Orders? Orders)> EnterAsync(
        Request request, byte[] session, BoardDbContext db, IRunSaga saga, KnownQueues queues, LeaseOptions lease, CancellationToken ct)
    {
        await db.LockAsync(BoardLock.Fleet, ct);
        var now = await db.NowAsync(ct);
        var worker = await db.Workers.Include(w => w.Lanes).SingleOrDefaultAsync(w => w.Id == request.Id, ct);
        if (worker is null)
            db.Workers.Add(worker = new Worker { Id = request.Id, Host = request.Host, Version = request.Version, SessionHash = session });
        else if (IsCopy(worker, request, now - (2 * lease.Heartbeat)) || await IsAnotherAsync(worker, request, db, now - lease.Duration, ct))
            return (worker, null);
        else
            worker.OldSessionHash = worker.SessionHash;
        worker.SessionHash = session;
        worker.Host = request.Host;
        worker.Version = request.Version;
        worker.ProcessId = request.ProcessId;
        worker.BootId = request.BootId;
        worker.Instance = request.Instance;
        worker.Capabilities = RequirementSet.Normalize(request.Capabilities);
        worker.Profiles = RequirementSet.Normalize(request.Profiles);
        worker.RegisteredAt = worker.HeartbeatAt = now;
        worker.State = WorkerState.Live;
        worker.DrainAsked = worker.Draining = false;
        worker.Quiet = null;
        worker.Lanes.RemoveAll(s => !request.Lanes.ContainsKey(s.Lane));
        foreach (var (lane, slots) in request.Lanes)
            if (worker.Lanes.Find(s => s.Lane == lane) is { } existing)
                existing.Slots = slots;
            else
                worker.Lanes.Add(new WorkerSlots { WorkerId = worker.Id, Lane = lane, Slots = slots });
        db.Events.Add(BoardEvent.OfWorker(EventTypes.WorkerRegistered, worker.Id, "worker:" + worker.Id, now, new { host = worker.Host, lanes = request.Lanes, version = worker.Version }));

        // What it held before and does not bring along is gone with the old process: its tasks need not wait for the leases.
        var held = request.Held.Select(h => h.RunId).ToHashSet();
        var leased = await db.Leases.AsNoTracking().Where(l => l.WorkerId == worker.Id).Select(l => l.RunId).ToListAsync(ct);
        await LoseAsync(db, saga, worker.Id, [.. leased.Where(id => !held.Contains(id))], $"worker {worker.Id} started anew without it", now, ct);
        await db.RenewLeasesAsync(worker.Id, request.Held, now, now + lease.Duration, ct);
        await db.SaveChangesAsync(ct);
        return (worker, await HeartbeatEndpoint.OrdersAsync(db, worker, request.Held, queues, ct));
    }

    /// <summary>Whether a process of another instance has this id and may still be at work.</summary>
    private static async Task<bool> IsAnotherAsync(Worker worker, Request request, BoardDbContext db, DateTimeOffset silentSince, CancellationToken ct) =>
        worker.Instance is not null && request.Instance is not null && worker.Instance != request.Instance
        && ((worker.State is WorkerState.Live && worker.HeartbeatAt >= silentSince) || await db.Leases.AnyAsync(l => l.WorkerId == worker.Id, ct));

    /// <summary>Whether the state directory was copied to another host, where its first process is still at work. After a restart of the host the boot id is another one too: then nothing has been heard for a while.</summary>
    private static bool IsCopy(Worker worker, Request request, DateTimeOffset heardSince) =>
        worker.Instance is not null && worker.Instance == request.Instance && worker.BootId is not null && request.BootId is not null && worker.BootId != request.BootId
        && worker.State is WorkerState.Live && worker.HeartbeatAt >= heardSince;

    /// <summary>Ends runs whose holder is known to be gone.</summary>
    internal static async Task LoseAsync(BoardDbContext db, IRunSaga saga, string workerId, IReadOnlyList<Guid> runIds, string reason, DateTimeOffset now, CancellationToken ct)
    {
        if (runIds.Count == 0)
            return;
        foreach (var run in (await db.LockRunsAsync(runIds, ct)).Runs)
            if (run.Live && run.WorkerId == workerId)
                await saga.SendAsync(new LoseRun(run.CorrelationId, reason, now), ct);
    }

    private static string WhyNoProtocol(Request request)
    {
        var worker = Range(request.OldestProtocol ?? request.Protocol, request.Protocol);
        var older = request.Protocol < WorkerProtocol.Oldest ? $"worker {request.Id} ({request.Version})" : "board";
        return $"This board speaks worker protocol {Range(WorkerProtocol.Oldest, WorkerProtocol.Version)}; worker {request.Id} speaks {worker}. Upgrade the {older}, the older of the two.";
    }

    private static string Range(int oldest, int newest) => oldest == newest ? $"{newest}" : $"{oldest} to {newest}";

    private static IEnumerable<ProblemError> Check(Request request)
    {
        foreach (var (pointer, name) in new[] { ("/id", request.Id), ("/host", request.Host) })
            if (!Limits.Name.IsMatch(name))
                yield return new ProblemError(pointer, $"'{name}' is not a name: 1 to 40 of a–z, 0–9 and hyphen.");
        if (request.Lanes.Count == 0)
            yield return new ProblemError("/lanes", "A worker serves at least one lane.");
        foreach (var (lane, slots) in request.Lanes)
            if (slots is < 1 or > MostSlots)
                yield return new ProblemError("/lanes", $"Lane {lane} has {slots} slots; 1 to {MostSlots} are allowed.");
        foreach (var capability in request.Capabilities)
            if (!Limits.Capability.IsMatch(capability) || RequirementSet.IsComparison(capability))
                yield return new ProblemError("/capabilities", $"'{capability}' is not a capability a worker can have: a name, or name=value.");
        foreach (var profile in request.Profiles)
            if (!Limits.Name.IsMatch(profile))
                yield return new ProblemError("/profiles", $"'{profile}' is not a name: 1 to 40 of a–z, 0–9 and hyphen.");
        if (request.Instance is { Length: > 100 })
            yield return new ProblemError("/instance", "An instance's name has at most 100 characters.");
        if (request.Version.Length > 100)
            yield return new ProblemError("/version", "A version has at most 100 characters.");
    }
}
