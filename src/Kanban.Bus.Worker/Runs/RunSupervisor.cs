using System.Diagnostics;
using Kanban.Bus.Contracts;
using Kanban.Bus.Worker.Artifacts;
using Kanban.Bus.Worker.Board;
using Kanban.Bus.Worker.Executors;
using Kanban.Bus.Worker.Executors.Agents;
using Kanban.Bus.Worker.Hosting;
using Kanban.Bus.Worker.Logs;
using Kanban.Bus.Worker.Shim;
using Kanban.Bus.Worker.Workspaces;
using Microsoft.Extensions.Logging;

namespace Kanban.Bus.Worker.Runs;

/// <summary>Sees a run through to its end: the same code for a fresh run and for one taken up again after the worker's restart.</summary>
internal sealed class RunSupervisor(
    HeldRuns held, ProcessScanner scanner, Places places, FinishReports reports, BoardApi board, WorkerOptions options, TimeProvider clock, ILogger log)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    /// <summary>A run that is handed back is offered again within 2 s: it had the drain limit to end in.</summary>
    private static readonly TimeSpan HandBackGrace = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan HandBackLog = TimeSpan.FromMilliseconds(500);
    private readonly TreeStop _tree = new(scanner, clock, log);

    /// <summary>Returns when the board has answered the run's finish and its directory is gone.</summary>
    /// <param name="process">The shim, when this process started it: its exit is noticed at once.</param>
    /// <param name="ct">Ends the watching, not the run: a later process takes it up again.</param>
    public async Task SuperviseAsync(LiveRun run, Process? process, CancellationToken ct)
    {
        using var shim = process;
        var redactor = RedactorFor(run);
        run.Directory.Hide = text => redactor.Redact(text)!;
        using var stdout = new LogFile(run.Directory, LogStreams.Out, options.LogLimitBytes, redactor);
        using var stderr = new LogFile(run.Directory, LogStreams.Err, options.LogLimitBytes, redactor);
        using var events = new LogFile(run.Directory, LogStreams.Events, options.LogLimitBytes, redactor);
        IReadOnlyList<LogFile> streams = [stdout, stderr, events];
        foreach (var stream in streams.Where(s => s.Fault is not null))
            log.OutputNotRead(run.Grant.RunId, run.Grant.TaskKey, stream.Stream, stream.Fault!);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var upload = new LogUpload(run.Grant, streams, () => run.SinceRenewed, board, clock, log);
        var uploading = upload.RunAsync(over.Token);
        FinishItem finish;
        try
        {
            finish = run.Directory.ReadFinish() ?? redactor.Redact(await UntilDeadAsync(run, streams, process, ct));
            Keep(run, finish);
            if (finish.Outcome is not Outcome.Released && await ArtifactsAsync(run, ct) is { } missed)
                finish = finish with { Reason = Cut(finish.Reason is null ? missed : $"{finish.Reason}; {missed}") };
            upload.End();
            // Before the finish: with it the lease ends, and with the lease the right to write the log.
            await UploadedAsync(run, uploading, finish.Outcome is Outcome.Released ? HandBackLog : Timeout.InfiniteTimeSpan);
        }
        finally
        {
            // After a fault the next look sends the log itself; two would read files that are closed.
            await over.CancelAsync();
            await uploading.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
        ct.ThrowIfCancellationRequested();
        await ReportAsync(run, finish, ct);
    }

    /// <summary>For a run of which nothing is alive: keeps its finish until the board has answered.</summary>
    public async Task ReportAsync(LiveRun run, FinishItem finish, CancellationToken ct)
    {
        Keep(run, finish);
        await SendAsync(run, finish, ct);
        Remove(run);
        Forget(run);
    }

    /// <summary>For a run that did nothing and left nothing on disk. Its report lives as long as this process; without it the lease runs out and the task is offered again.</summary>
    public async Task TellAsync(LiveRun run, FinishItem finish, CancellationToken ct)
    {
        run.MarkEnded();
        await SendAsync(run, finish, ct);
        Forget(run);
    }

    /// <summary>For a run that can't be watched any more: ends what lives of it, and reports it as lost.</summary>
    public async Task GiveUpAsync(LiveRun run, string reason, CancellationToken ct)
    {
        log.SupervisionGivenUp(run.Grant.RunId, run.Grant.TaskKey, reason);
        await _tree.StopAsync(run.Grant.RunId, null, run.Directory.Cgroup, TimeSpan.FromSeconds(run.Grant.Limits.GraceSeconds), () => false);
        var agent = AgentStateOf(run);
        if (agent is not null && ExecutorCatalog.Find(agent.Executor) is { } executor)
            await executor.ClearAsync(run.Directory, agent, ct);
        await ReportAsync(run, new FinishItem(run.Grant.RunId, run.Grant.FencingToken, Outcome.Lost, Cut(reason), Class: ErrorClass.Host, Session: agent?.Session ?? run.Grant.Session), ct);
    }

    /// <summary>Also before the finish, and for the same reason. Of a run that was handed back nothing is kept.</summary>
    private async Task<string?> ArtifactsAsync(LiveRun run, CancellationToken ct) =>
        await new ArtifactSender(run.Grant, run.Directory.Workspace, () => run.SinceRenewed, board, clock, log).SendAsync(ct);

    private static string Cut(string reason) => reason.Length <= Limits.ReasonLength ? reason : reason[..Limits.ReasonLength];

    private Redactor RedactorFor(LiveRun run) =>
        new([.. RunSecrets.Of(run.Grant, options.Profiles.GetValueOrDefault(run.Grant.Profile), Environment.GetEnvironmentVariable), .. run.Hidden]);

    /// <param name="limit">What has not been sent by then is lost with the run.</param>
    private async Task UploadedAsync(LiveRun run, Task uploading, TimeSpan limit)
    {
        try
        {
            await uploading.WaitAsync(limit, clock);
        }
        catch (TimeoutException) when (!uploading.IsCompleted)
        {
            log.LogCutShort(run.Grant.RunId, run.Grant.TaskKey);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            log.LogUploadFailed(e, run.Grant.RunId, run.Grant.TaskKey);
        }
    }

    private void Keep(LiveRun run, FinishItem finish)
    {
        if (run.Ended.IsCompleted)
            return;
        log.RunEnded(run.Grant.RunId, run.Grant.TaskKey, run.Grant.Lane, run.Grant.FencingToken, finish.Outcome, finish.Reason ?? "");
        try
        {
            run.Directory.WriteFinish(finish);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A full disk: the report goes out from memory, and would be lost only with this process.
            log.FinishNotKept(e, run.Grant.RunId, run.Grant.TaskKey);
        }
        scanner.Untrack(run.Grant.RunId);
        places.Release(run.Grant.RunId);
        run.MarkEnded();
    }

    private async Task SendAsync(LiveRun run, FinishItem finish, CancellationToken ct)
    {
        if (await reports.SendAsync(finish, ct) is { } answer)
            log.FinishAnswered(run.Grant.RunId, run.Grant.TaskKey, answer.Verdict, answer.State);
    }

    private void Forget(LiveRun run)
    {
        held.Remove(run);
        run.MarkDone();
    }

    private void Remove(LiveRun run)
    {
        try
        {
            run.Directory.Cgroup?.Remove();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.CgroupNotRemoved(e, run.Grant.RunId, run.Directory.CgroupFile);
        }
        try
        {
            run.Directory.Remove();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.DirectoryNotRemoved(e, run.Grant.RunId, run.Directory.Path);
        }
    }

    private async Task<FinishItem> UntilDeadAsync(LiveRun run, IReadOnlyList<LogFile> streams, Process? process, CancellationToken ct)
    {
        using var agent = new AgentWatch(run, clock, log);
        var limits = options.Profiles.GetValueOrDefault(run.Grant.Profile)?.Limits ?? new();
        var watch = new RunWatch(run, streams, options.LogLimitBytes, limits, clock);
        var quota = new RunQuota(run, limits, agent.Executor.BoundsItself, scanner, clock);
        var exited = process?.WaitForExitAsync(ct);
        StopCause? cause = null;
        while (run.Shim is { } shim && cause is null)
        {
            // The shim may stay for what the run left in the background: that is ended below.
            if ((process?.HasExited ?? !shim.IsAlive) || run.Directory.ReadExit() is not null)
                break;
            agent.Look();
            if (agent.IsOver)
                break;
            // What ended in this same moment ended by itself.
            cause = run.StopAsked.IsCompleted ? await run.StopAsked : watch.Check() ?? quota.Check();
            if (cause is null)
                await Task.WhenAny(exited ?? Task.Delay(Look, clock, ct), run.StopAsked, Task.Delay(Look, clock, ct));
            ct.ThrowIfCancellationRequested();
        }
        if (run.Directory.ReadCut() is { } cutAfter)
            cause = StopCause.Disconnected(cutAfter);
        else if (run.Directory.ReadExit() is not null)
            cause = null;
        else if (run.Shim is null && run.StopAsked.IsCompleted)
            cause = await run.StopAsked;

        var grace = TimeSpan.FromSeconds(run.Grant.Limits.GraceSeconds);
        if (cause == StopCause.Drained && grace > HandBackGrace)
            grace = HandBackGrace;
        if (cause is not null)
        {
            log.RunStopping(run.Grant.RunId, run.Grant.TaskKey, run.Grant.FencingToken, cause.Reason);
            agent.AskStop();
        }
        // Also after a clean end: what the run left in the background would outlive its slot.
        await _tree.StopAsync(
            run.Grant.RunId, run.Shim, run.Directory.Cgroup, grace, () => run.EndsWithLease && run.SinceRenewed.TotalSeconds >= run.WatchSeconds.Kill,
            cause is null ? null : agent.Executor.StopSteps, agent.LookIfOver);
        await agent.EndAsync(ct);
        var report = quota.Explain(RunReport.Of(run.Grant, run.Directory, cause, agent.Executor, agent.State, clock.GetLocalNow()));
        var finish = SaidEnding.Over(report, run.Directory) with { Met = run.Met.Take() };
        return finish with { Metadata = await places.CloseAsync(run.Grant, run.Directory, finish.Outcome is Outcome.Succeeded or Outcome.Review, cause is not { IsStale: true }, finish.Metadata, ct) };
    }

    private AgentState? AgentStateOf(LiveRun run)
    {
        try
        {
            return run.Directory.ReadAgent();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.Text.Json.JsonException)
        {
            log.AgentNotRead(run.Grant.RunId, run.Grant.TaskKey, e.Message);
            return null;
        }
    }
}
