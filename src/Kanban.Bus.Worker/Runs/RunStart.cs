using System.ComponentModel;
using Kanban.Bus.Contracts;
using Kanban.Bus.Worker.Executors;
using Kanban.Bus.Worker.Hosting;
using Kanban.Bus.Worker.Shim;
using Kanban.Bus.Worker.Slots;
using Kanban.Bus.Worker.Spool;
using Microsoft.Extensions.Logging;

namespace Kanban.Bus.Worker.Runs;

/// <summary>Turns a grant into a running process, and at the worker's start takes up again what an earlier process left.</summary>
internal sealed class RunStart(
    HeldRuns held, RunSpool spool, ShimStart shims, ProcessScanner scanner, RunSupervisor supervisor,
    IReadOnlyDictionary<string, LaneSlots> lanes, WorkerOptions options, Uri board, TimeProvider clock, ILogger log, CancellationToken life)
{
    private static readonly TimeSpan ShimFilePatience = TimeSpan.FromSeconds(2);

    /// <summary>Never throws for what is wrong with the run: it then ends as failed, with the reason.</summary>
    /// <param name="claimedAt">When the claim was sent, by the worker's monotonic clock: the lease counts from there.</param>
    public LiveRun Begin(Grant grant, LaneSlots lane, int slot, long claimedAt)
    {
        var directory = spool.For(grant.RunId);
        var run = new LiveRun(grant, directory, lane, slot, claimedAt) { StartedAt = clock.GetTimestamp() };
        held.Add(run);
        try
        {
            var profile = ShellExecutor.Profile(grant, options.Profiles);
            directory.Prepare(grant);
            var command = ShellExecutor.Command(grant, options.Profiles, directory);
            var environment = RunEnvironment.For(grant, profile, directory, board, Environment.GetEnvironmentVariable);
            var (process, identity) = shims.Start(directory, command, environment);
            run.Shim = identity;
            scanner.Track(grant.RunId, ProcStat.Read(identity.Pid));
            log.RunStarted(grant.RunId, grant.TaskKey, grant.Lane, slot, grant.Attempt, grant.FencingToken, identity.Pid);
            Watch(run, supervisor.SuperviseAsync(run, process, life));
        }
        catch (Exception e) when (e is RunNotStartedException or Win32Exception or IOException or UnauthorizedAccessException)
        {
            log.RunNotStarted(e, grant.RunId, grant.TaskKey, grant.Lane);
            GiveUp(run, Outcome.Failed, $"its worker could not start it: {e.Message}");
        }
        return run;
    }

    /// <summary>Ends a run of which nothing was started.</summary>
    public LiveRun Return(Grant grant, LaneSlots lane, int slot, long claimedAt)
    {
        var run = new LiveRun(grant, spool.For(grant.RunId), lane, slot, claimedAt);
        held.Add(run);
        GiveUp(run, StopCause.Drained.Outcome, StopCause.Drained.Reason);
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

    private async Task TakeUpAsync(RunDirectory directory, Grant grant)
    {
        var now = clock.GetTimestamp();
        scanner.Track(grant.RunId, null);
        var shim = directory.ReadShim() ?? await LateShimAsync(directory);
        LiveRun run;
        if (shim is { IsAlive: true } alive && directory.ReadFinish() is null)
        {
            var lane = lanes.GetValueOrDefault(grant.Lane);
            var age = (long)(alive.Age.TotalSeconds * clock.TimestampFrequency);
            run = new LiveRun(grant, directory, lane, lane?.TakeBeyond() ?? 0, now) { Shim = alive, StartedAt = now - age };
            scanner.Track(grant.RunId, ProcStat.Read(alive.Pid));
            log.RunTakenUp(grant.RunId, grant.TaskKey, grant.Lane, grant.FencingToken, alive.Pid);
        }
        else
        {
            run = new LiveRun(grant, directory, null, 0, now) { StartedAt = now };
            if (shim is null)
                run.AskStop(new StopCause(Outcome.Released, "handed back: its worker ended before it was started"));
            else if (shim.Value.BootId != ProcessIdentity.CurrentBootId)
                run.AskStop(new StopCause(Outcome.Lost, "its host was restarted"));
            log.RunFoundEnded(grant.RunId, grant.TaskKey, grant.Lane, grant.FencingToken);
        }
        held.Add(run);
        Watch(run, supervisor.SuperviseAsync(run, null, life));
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

    private void GiveUp(LiveRun run, Outcome outcome, string reason)
    {
        if (reason.Length > Limits.ReasonLength)
            reason = reason[..Limits.ReasonLength];
        Watch(run, supervisor.ReportAsync(run, new FinishItem(run.Grant.RunId, run.Grant.FencingToken, outcome, reason), life));
    }

    private void Watch(LiveRun run, Task supervising) => supervising.ContinueWith(
        done =>
        {
            if (done.Exception is { } fault)
                log.SupervisionFailed(fault.GetBaseException(), run.Grant.RunId, run.Grant.TaskKey, run.Grant.FencingToken);
        },
        CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
}
