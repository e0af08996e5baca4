using System.Diagnostics;
using Kanban.Bus.Contracts;
using Kanban.Bus.Worker.Artifacts;
using Kanban.Bus.Worker.Executors;
using Kanban.Bus.Worker.Executors.Agents;
using Kanban.Bus.Worker.Hosting;
using Kanban.Bus.Worker.Leases;
using Kanban.Bus.Worker.Shim;
using Kanban.Bus.Worker.Slots;
using Kanban.Bus.Worker.Spool;
using Kanban.Bus.Worker.Workspaces;
using Microsoft.Extensions.Logging;

namespace Kanban.Bus.Worker.Runs;

/// <summary>Turns a grant into a running process, and at the worker's start takes up again what an earlier process left.</summary>
internal sealed class RunStart(
    HeldRuns held, RunSpool spool, Places places, ShimStart shims, ProcessScanner scanner, RunSupervisor supervisor, Attachments attachments,
    IReadOnlyDictionary<string, LaneSlots> lanes, WorkerOptions options, Uri board, TimeProvider clock, TimeProvider uptime, ILogger log, CancellationToken life)
{
    private const int MostFaults = 5;
    private static readonly TimeSpan ShimFilePatience = TimeSpan.FromSeconds(2);
    private readonly AgentHomes _homes = new(spool.Home);

    /// <summary>Never throws for what is wrong with the run: it then ends as failed, with the reason.</summary>
    /// <param name="claimedAt">When the claim was sent, by <see cref="Uptime"/>: the lease counts from there.</param>
    /// <returns>Null when the run is held already: nothing was started.</returns>
    public LiveRun? Begin(Grant grant, LaneSlots lane, int slot, long claimedAt)
    {
        var directory = spool.For(grant.RunId);
        var run = new LiveRun(grant, directory, lane, slot, claimedAt, uptime) { StartedAt = clock.GetTimestamp() };
        if (!held.TryAdd(run))
            return null;
        try
        {
            if (GrantCheck.Fault(grant) is { } fault)
                throw new RunNotStartedException(fault);
            var profile = ExecutorCatalog.Profile(grant.Profile, options.Profiles);
            var executor = ExecutorCatalog.Of(profile.Executor);
            if (executor is NoneExecutor)
            {
                _ = UntilDoneAsync(run, _ => supervisor.TellAsync(run, new FinishItem(grant.RunId, grant.FencingToken, Outcome.Succeeded), life));
                return run;
            }
            var stop = CancellationTokenSource.CreateLinkedTokenSource(life);
            var equipping = EquipAsync(run, profile, executor, stop.Token);
            if (!equipping.IsCompletedSuccessfully)
            {
                _ = LaunchLaterAsync(run, profile, executor, equipping, stop);
                return run;
            }
            stop.Dispose();
            Launch(run, profile, executor, equipping.Result);
        }
        catch (Exception e)
        {
            GiveUp(run, e);
        }
        return run;
    }

    /// <summary>Where it works and what it finds there; done at once for most.</summary>
    /// <returns>Its secrets.</returns>
    private async Task<IReadOnlyDictionary<string, string>> EquipAsync(LiveRun run, ProfileOptions profile, Executor executor, CancellationToken ct)
    {
        var secrets = await ProfileSecrets.ReadAsync(profile, ct);
        var settled = executor.TiesSessionsToPath ? Path.Combine(Home(run.Grant), Places.Settled) : null;
        await places.OpenAsync(run.Grant, profile, run.Directory, settled, ct);
        run.Directory.Prepare(run.Grant);
        if (run.Grant.Attachments is { Count: > 0 })
            await attachments.FetchAsync(run.Grant, run.Directory.Workspace, ct);
        return secrets;
    }

    /// <summary>Until it is equipped it holds its slot and its lease, and a cancel finds nothing to end; a restart in between hands the run back.</summary>
    private async Task LaunchLaterAsync(LiveRun run, ProfileOptions profile, Executor executor, Task<IReadOnlyDictionary<string, string>> equipping, CancellationTokenSource stop)
    {
        using var over = stop;
        try
        {
            if (await Task.WhenAny(equipping, run.StopAsked) != equipping)
                await stop.CancelAsync();
            await Task.WhenAny(equipping);
            if (life.IsCancellationRequested)
                return;
            if (run.StopAsked.IsCompleted)
            {
                GiveUp(run, await run.StopAsked);
                return;
            }
            var secrets = await equipping;
            if (run.IsPastLease)
            {
                GiveUp(run, StopCause.Disconnected(run.SinceRenewed.TotalSeconds));
                return;
            }
            run.StartedAt = clock.GetTimestamp();
            Launch(run, profile, executor, secrets);
        }
        catch (Exception e)
        {
            GiveUp(run, e);
        }
    }

    private void Launch(LiveRun run, ProfileOptions profile, Executor executor, IReadOnlyDictionary<string, string> secrets)
    {
        var (grant, directory) = (run.Grant, run.Directory);
        Process process;
        try
        {
            var environment = RunEnvironment.For(grant, profile, directory, board, Environment.GetEnvironmentVariable, secrets, shims.Tools);
            var launch = executor.Prepare(new LaunchOrder(grant, profile, directory, environment, Home(grant), RunTools.In(shims.Tools)));
            run.Hidden = [.. secrets.Values];
            ProfileSecrets.Keep(directory, run.Hidden);
            launch.Write(directory);
            if (run.EndsWithLease)
                LeaseFiles.Write([run], log);
            (process, var identity) = shims.Start(directory, launch.Command, launch.Over(environment), run.EndsWithLease ? run.WatchSeconds : null, executor.BoundsItself ? new() : profile.Limits);
            run.Shim = identity;
        }
        catch (Exception e)
        {
            GiveUp(run, e);
            return;
        }
        scanner.Track(grant.RunId, ProcStat.Read(process.Id), directory.Cgroup);
        log.RunStarted(grant.RunId, grant.TaskKey, grant.Lane, run.Slot, grant.Attempt, grant.FencingToken, process.Id);
        Watch(run, process);
    }

    /// <summary>Ends a run of which nothing was started; null when it is held already.</summary>
    public LiveRun? Return(Grant grant, LaneSlots lane, int slot, long claimedAt)
    {
        var run = new LiveRun(grant, spool.For(grant.RunId), lane, slot, claimedAt, uptime);
        if (!held.TryAdd(run))
            return null;
        GiveUp(run, StopCause.Drained);
        return run;
    }

    /// <summary>Takes up every run of the spool: live ones are watched on, ended ones reported, vanished ones reported as lost.</summary>
    public async Task TakeUpAsync()
    {
        foreach (var directory in spool.Left())
        {
            try
            {
                if (directory.ReadGrant() is { } grant)
                {
                    await TakeUpAsync(directory, grant);
                }
                else
                {
                    log.SpoolEntryIncomplete(directory.RunId, directory.Path);
                    directory.Remove();
                }
            }
            catch (Exception e) when (e is System.Text.Json.JsonException or IOException or UnauthorizedAccessException)
            {
                log.SpoolEntryUnreadable(e, directory.RunId, directory.Path);
            }
        }
    }

    /// <summary>To be called when every run of the spool is taken up.</summary>
    public void SweepHomes()
    {
        if (_homes.Sweep(clock.GetUtcNow(), held.All.Select(r => r.Grant)) is { Length: > 0 } faults)
            log.AgentHomesNotRemoved(faults);
    }

    private async Task TakeUpAsync(RunDirectory directory, Grant grant)
    {
        var now = clock.GetTimestamp();
        scanner.Track(grant.RunId, null, directory.Cgroup);
        var hidden = ProfileSecrets.Kept(directory);
        var shim = directory.ReadShim() ?? await LateShimAsync(directory);
        LiveRun run;
        if (shim is { IsAlive: true } alive && directory.ReadFinish() is null)
        {
            var lane = lanes.GetValueOrDefault(grant.Lane);
            var age = (long)(alive.Age.TotalSeconds * clock.TimestampFrequency);
            run = new LiveRun(grant, directory, lane, lane?.TakeBeyond() ?? 0, uptime.GetTimestamp(), uptime) { Shim = alive, StartedAt = now - age };
            scanner.Track(grant.RunId, ProcStat.Read(alive.Pid), directory.Cgroup);
            if (directory.ReadPlace() is { } place)
                places.TakeUp(grant, place);
            log.RunTakenUp(grant.RunId, grant.TaskKey, grant.Lane, grant.FencingToken, alive.Pid);
        }
        else
        {
            run = new LiveRun(grant, directory, null, 0, uptime.GetTimestamp(), uptime) { StartedAt = now };
            // Nobody may empty it before it is put in order.
            if (directory.ReadPlace() is { Kind: WorkspaceKind.Scratch } left)
                places.TakeUp(grant, left);
            if (shim is null)
                run.AskStop(new StopCause(Outcome.Released, "handed back: its worker ended before it was started"));
            else if (shim.Value.BootId != ProcessIdentity.CurrentBootId)
                run.AskStop(new StopCause(Outcome.Lost, "its host was restarted", ErrorClass.Host));
            log.RunFoundEnded(grant.RunId, grant.TaskKey, grant.Lane, grant.FencingToken);
        }
        run.Hidden = hidden;
        if (held.TryAdd(run))
            Watch(run, null);
    }

    /// <summary>The earlier process may have died in the very moment of the start: the shim is then about to write its file.</summary>
    private async Task<ProcessIdentity?> LateShimAsync(RunDirectory directory)
    {
        var since = clock.GetTimestamp();
        while ((await scanner.MembersAsync(directory.RunId)).Count > 0 && clock.GetElapsedTime(since) < ShimFilePatience)
        {
            if (directory.ReadShim() is { } shim)
                return shim;
            await Task.Delay(TimeSpan.FromMilliseconds(20), clock);
        }
        return directory.ReadShim();
    }

    private void GiveUp(LiveRun run, Exception e)
    {
        log.RunNotStarted(e, run.Grant.RunId, run.Grant.TaskKey, run.Grant.Lane);
        GiveUp(run, new StopCause(Outcome.Failed, $"its worker could not start it: {e.Message}", ErrorClass.Host));
    }

    private string Home(Grant grant)
    {
        var folder = _homes.For(grant.TaskKey, grant.Profile);
        _homes.Use(folder, clock.GetUtcNow());
        return folder;
    }

    private void GiveUp(LiveRun run, StopCause cause)
    {
        var reason = cause.Reason.Length > Limits.ReasonLength ? cause.Reason[..Limits.ReasonLength] : cause.Reason;
        var finish = new FinishItem(run.Grant.RunId, run.Grant.FencingToken, cause.Outcome, reason, Class: cause.Class, Session: run.Grant.Session);
        _ = UntilDoneAsync(run, _ => supervisor.ReportAsync(run, finish, life));
    }

    /// <summary>A fault does not end the watching: it is taken up again from the run's directory, and given up, with the run's processes, only when that can't work.</summary>
    private void Watch(LiveRun run, Process? process) => _ = UntilDoneAsync(run, fault =>
    {
        // Only the first look has the process itself; the later ones know it by its file.
        var first = Interlocked.Exchange(ref process, null);
        return fault.Count >= MostFaults || (fault.Count > 0 && !Directory.Exists(run.Directory.Path))
            ? supervisor.GiveUpAsync(run, $"its worker could not watch it: {fault.Last!.Message}", life)
            : supervisor.SuperviseAsync(run, first, life);
    });

    private async Task UntilDoneAsync(LiveRun run, Func<(int Count, Exception? Last), Task> attempt)
    {
        var backoff = new Backoff(clock, TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(10));
        Exception? last = null;
        for (var faults = 0; ; faults++)
        {
            try
            {
                await attempt((faults, last));
                return;
            }
            catch (OperationCanceledException) when (life.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // A cancellation that is not the worker's end is a fault like any other.
                last = e.GetBaseException();
                log.SupervisionFailed(e, run.Grant.RunId, run.Grant.TaskKey, run.Grant.FencingToken);
            }
            if (life.IsCancellationRequested)
                return;
            await Task.Delay(backoff.Next(), clock, CancellationToken.None);
        }
    }
}
