using Kanban.Bus.Contracts;
using Kanban.Bus.Worker.Artifacts;
using Kanban.Bus.Worker.Board;
using Kanban.Bus.Worker.Bus;
using Kanban.Bus.Worker.Executors;
using Kanban.Bus.Worker.Hosting.Pressure;
using Kanban.Bus.Worker.Leases;
using Kanban.Bus.Worker.Logs;
using Kanban.Bus.Worker.Runs;
using Kanban.Bus.Worker.Shim;
using Kanban.Bus.Worker.Slots;
using Kanban.Bus.Worker.Spool;
using Kanban.Bus.Worker.Workspaces;
using Microsoft.Extensions.Logging;

namespace Kanban.Bus.Worker.Hosting;

/// <summary>One worker from its first registration to its goodbye, and the parts it is made of.</summary>
internal sealed class WorkerLife : IAsyncDisposable
{
    private static readonly TimeSpan ReportLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(5);

    private readonly WorkerOptions _options;
    private readonly ILogger _log;
    private readonly TimeProvider _clock;
    private readonly TimeProvider _uptime;
    private readonly CancellationTokenSource _life = new();
    private readonly TaskCompletionSource _drainOrdered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly BoardApi _board;
    private readonly RunSpool _spool;
    private readonly ShimStart _shims;
    private readonly ProcessScanner _scanner = new();
    private readonly HeldRuns _held = new();
    private readonly Places _places;
    private readonly RunStart _start;
    private readonly LeaseKeeper _leases;
    private readonly OfferIntake _intake;
    private readonly QueueConsumers _consumers;
    private readonly Registration _registration;
    private readonly SessionBus _bus;
    private Task _looking = Task.CompletedTask;
    private Task _sweeping = Task.CompletedTask;

    public WorkerLife(WorkerOptions options, IWorkerBus? sharedBus, ILoggerFactory loggers, TimeProvider clock, TimeProvider? uptime = null)
    {
        (_options, _clock, _uptime) = (options, clock, uptime ?? new Uptime());
        _log = loggers.CreateLogger(WorkerLog.Category);
        _board = new BoardApi(new Uri(options.BoardUrl), clock);
        _spool = new RunSpool(options.Home);
        _shims = new ShimStart(options.Home, options.Containment, clock);
        var lanes = options.Lanes.ToDictionary(l => l.Key, l => new LaneSlots(l.Key, l.Value, clock));
        var reports = new FinishReports(options.Id, _board, clock, _log);
        _places = new Places(options.Home, options.KeepWorktrees, clock, _log);
        var supervisor = new RunSupervisor(_held, _scanner, _places, reports, _board, options, clock, _log);
        _start = new RunStart(_held, _spool, _places, _shims, _scanner, supervisor, new Attachments(_board, clock), lanes, options, _board.Address, clock, _uptime, _log, _life.Token);
        _leases = new LeaseKeeper(options.Id, _board, _held, lanes, new HostPressure(options.Quiet, () => HostReading.Of(options.Home), clock, _log), clock, _uptime, _log);
        _intake = new OfferIntake(options.Id, _board, _held, lanes, _start, options, clock, _uptime, _log, _life.Token);
        _consumers = new QueueConsumers(options.Id, _intake, _board, lanes, _leases.BeatNow, clock, _log);
        _bus = new SessionBus(options, _consumers, sharedBus, loggers, clock, _life.Token);
        _registration = new Registration(options, _board, _held, _spool, clock, _log);
        foreach (var (name, profile) in options.Profiles)
            if (RunSecrets.TooShort(profile).ToList() is { Count: > 0 } names)
                _log.SecretsTooShort(name, string.Join(", ", names));
    }

    internal HeldRuns Held => _held;

    internal OfferIntake Intake => _intake;

    internal bool Consumes => _consumers.Ready;

    /// <summary>Returns the process's exit code: 0 after a goodbye, 1 when another process took this worker's id.</summary>
    /// <param name="leave">Completes when the process is asked to end.</param>
    /// <param name="abort">The process ends now, whatever runs.</param>
    public async Task<int> RunAsync(Task leave, CancellationToken abort)
    {
        using var aborting = abort.Register(_life.Cancel);
        _spool.Open();
        var (contained, limits) = _shims.Install(_options.LimitsProcesses);
        _log.WorkerStarts(_options.Id, _options.Host, string.Join(", ", _options.Lanes.Select(l => $"{l.Key}={l.Value}")), _board.Address, _options.Home);
        _log.ContainedBy(contained.By.ToString().ToLowerInvariant(), contained.Lacks.Length == 0 ? "" : $" ({contained.Lacks})");
        if (_options.LimitsProcesses && limits.Lacks.Length > 0)
            _log.LimitsLooked(limits.Lacks);
        await _start.TakeUpAsync();
        _sweeping = SweepAsync();
        _registration.Found = await AgentsAsync();
        _looking = LookAtTreesAsync();

        using var registered = CancellationTokenSource.CreateLinkedTokenSource(_life.Token);
        var sessions = SessionsAsync(registered.Token);
        var drained = DrainAsync(leave);
        var first = await Task.WhenAny(sessions, drained);
        if (first == drained)
        {
            await drained;
            // No heartbeat after the goodbye: its refusal would make the worker register again.
            await registered.CancelAsync();
            await Task.WhenAny(sessions, Task.Delay(EndLimit, _clock, CancellationToken.None));
            await LeaveAsync();
        }
        await _life.CancelAsync();
        await _bus.EndedAsync();
        return first == sessions ? await sessions : 0;
    }

    public async ValueTask DisposeAsync()
    {
        await _life.CancelAsync();
        await _looking;
        await _sweeping;
        _places.Dispose();
        await _bus.DisposeAsync();
        _board.Dispose();
        _spool.Dispose();
        _scanner.Dispose();
        _life.Dispose();
    }

    /// <summary>Registers, beats, and registers again when the session ends; returns only when this worker's id has gone to another process.</summary>
    private async Task<int> SessionsAsync(CancellationToken ct)
    {
        while (true)
        {
            var session = await _registration.RegisterAsync(ct);
            await _bus.UseAsync(session);
            _log.Registered(_options.Id, _held.All.Count, session.HeartbeatSeconds, session.LeaseSeconds, _bus.Address);
            var now = _uptime.GetTimestamp();
            foreach (var run in _held.All.Where(r => !session.Orders.Forget.Contains(r.Grant.RunId)))
                run.Renew(now);
            LeaseFiles.Write(_held.All.Where(r => !session.Orders.Forget.Contains(r.Grant.RunId)), _log);
            Apply(session.Orders);
            try
            {
                await _leases.RunAsync(session, Apply, ct);
            }
            catch (Exception e) when (e is TokenRefusedException or ProtocolRefusedException)
            {
                _log.SessionEnded(_options.Id, e.Message, _held.All.Count);
            }
            catch (SessionSupersededException e)
            {
                _log.Superseded(_options.Id, e.Message, _held.All.Count);
                _intake.Draining = true;
                _consumers.Close();
                _held.StopAll(StopCause.Superseded);
                await Task.WhenAll(_held.All.Select(r => r.Ended));
                return 1;
            }
        }
    }

    /// <summary>Each agent that works, as a capability; what the settings say of one goes before.</summary>
    private async Task<IReadOnlyList<string>> AgentsAsync()
    {
        if (!_options.FindAgents)
            return [];
        var agents = await HostAgents.FindAsync(_options.Profiles, all: false, _life.Token);
        foreach (var agent in agents.Where(a => a.Fault is not null))
            _log.AgentDoesNotWork(agent.Name, agent.Program, string.Join(", ", agent.Profiles), agent.Fault!, agent.Advice ?? "");
        var given = _options.Capabilities.Select(c => c.Split('=')[0]).ToHashSet(StringComparer.Ordinal);
        return [.. agents.Select(a => a.Capability).OfType<string>().Where(c => !given.Contains(c.Split('=')[0]) && Limits.Capability.IsMatch(c))];
    }

    private async Task LookAtTreesAsync()
    {
        using var second = new PeriodicTimer(TimeSpan.FromSeconds(1), _clock);
        while (!_life.IsCancellationRequested)
        {
            try
            {
                await second.WaitForNextTickAsync(_life.Token);
                await _scanner.LookAsync();
            }
            catch (OperationCanceledException) when (_life.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                _log.ScanFailed(e);
            }
        }
    }

    /// <summary>Worktrees and sessions that nobody has come back to are removed: at the start, and once an hour.</summary>
    private async Task SweepAsync()
    {
        using var hour = new PeriodicTimer(TimeSpan.FromHours(1), _clock);
        try
        {
            do
            {
                await _places.SweepAsync(_life.Token);
                _start.SweepHomes();
            }
            while (await hour.WaitForNextTickAsync(_life.Token));
        }
        catch (OperationCanceledException) when (_life.IsCancellationRequested)
        {
            // The way it ends.
        }
    }

    private void Apply(Orders orders)
    {
        foreach (var stop in orders.Stop)
            _held.Find(stop.RunId)?.AskStop(StopCause.Asked(stop.Reason));
        foreach (var runId in orders.Forget)
            _held.Find(runId)?.AskStop(StopCause.LeaseGone);
        var news = (orders.Messages ?? []).ToLookup(m => m.RunId, m => m.Comment);
        foreach (var run in _held.All)
            Tell(run, [.. news[run.Grant.RunId].OrderBy(c => c.Id)]);
        if (orders.Drain)
            _drainOrdered.TrySetResult();
        _consumers.Want(orders.Queues);
    }

    private void Tell(LiveRun run, IReadOnlyList<CommentView> comments)
    {
        run.News = comments;
        try
        {
            run.Inbox.Add(comments);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _log.InboxNotWritten(e, run.Grant.RunId);
        }
    }

    /// <summary>Ends when no run is left: after a drain order without limit, after the process's end within the drain limit.</summary>
    private async Task DrainAsync(Task leave)
    {
        await Task.WhenAny(leave, _drainOrdered.Task);
        _intake.Draining = _leases.Draining = true;
        _consumers.Close();
        _leases.BeatNow();
        _log.Draining(_options.Id, _held.All.Count, leave.IsCompleted ? _options.DrainLimit.TotalSeconds : double.PositiveInfinity);

        if (await AllDoneAsync(leave))
            return;
        if (await AllDoneAsync(Task.Delay(_options.DrainLimit, _clock, _life.Token)))
            return;
        _held.StopAll(StopCause.Drained);
        await Task.WhenAll(_held.All.Select(r => r.Ended));
        if (!await AllDoneAsync(Task.Delay(ReportLimit, _clock, _life.Token)))
            _log.RunsKept(_options.Id, _held.All.Count, _options.Home);
    }

    private async Task<bool> AllDoneAsync(Task limit)
    {
        while (_held.All is { Count: > 0 } left)
        {
            await Task.WhenAny(Task.WhenAll(left.Select(r => r.Done)), limit);
            if (limit.IsCompleted)
                return _held.All.Count == 0;
        }
        return true;
    }

    private async Task LeaveAsync()
    {
        if (_board.SessionToken is null)
            return;
        try
        {
            await _board.LeaveAsync(_options.Id, CancellationToken.None);
            _log.Left(_options.Id);
        }
        catch (Exception e) when (e is BoardAwayException or BoardRefusedException or TokenRefusedException or SessionSupersededException or ProtocolRefusedException)
        {
            _log.NotLeft(_options.Id, e.Message);
        }
    }
}
