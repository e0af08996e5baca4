using Kanban.Bus.Contracts;
using Kanban.Bus.Worker.Executors.Agents;
using Kanban.Bus.Worker.Shim;
using Kanban.Bus.Worker.Slots;
using Kanban.Bus.Worker.Spool;

namespace Kanban.Bus.Worker.Runs;

/// <summary>A run that this worker holds, from its grant until the board has answered its finish.</summary>
internal sealed class LiveRun(Grant grant, RunDirectory directory, LaneSlots? lane, int slot, long renewedAt, TimeProvider uptime)
{
    private readonly TaskCompletionSource<StopCause> _stop = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _holds;
    private int _freed;
    private long _renewedAt = renewedAt;
    private volatile IReadOnlyList<CommentView> _news = [];

    public Grant Grant => grant;
    public RunDirectory Directory => directory;

    /// <summary>What it tells of its requests to gateways.</summary>
    public MetFile Met { get; } = new(grant, directory.MetFile);

    /// <summary>What people say to it.</summary>
    public Inbox Inbox { get; } = new(directory);

    /// <summary>What they said and it has not had yet, by the board's last word.</summary>
    public IReadOnlyList<CommentView> News { get => _news; set => _news = value; }

    /// <summary>What was read of its agent, for the next heartbeat.</summary>
    public AgentProgress Progress { get; } = new(grant);

    /// <summary>Secrets that it was given besides those that grant and profile tell by name: they must not leave this host in its output.</summary>
    public IReadOnlyList<string> Hidden { get; set; } = [];

    /// <summary>Null when the run takes no slot: its process was found dead.</summary>
    public LaneSlots? Lane => lane;
    public int Slot => slot;

    /// <summary>Null while nothing was started, or nothing is left of it.</summary>
    public ProcessIdentity? Shim { get; set; }

    /// <summary>When its clock began, by the worker's monotonic clock.</summary>
    public long StartedAt { get; set; }

    /// <summary>Since the last request was sent whose answer renewed the lease, time asleep included.</summary>
    public TimeSpan SinceRenewed => uptime.GetElapsedTime(Interlocked.Read(ref _renewedAt));

    /// <summary>The run must end now, for want of contact, unless it is ending already.</summary>
    public bool IsPastLease => EndsWithLease && SinceRenewed.TotalSeconds > grant.LeaseSeconds * 2 / 3;

    /// <summary>Completes when the run is to be ended; the first cause stands.</summary>
    public Task<StopCause> StopAsked => _stop.Task;

    /// <summary>Every process dead, the finish on disk, the slot free.</summary>
    public Task Ended => _ended.Task;

    /// <summary>The board has answered the finish.</summary>
    public Task Done => _done.Task;

    /// <summary>True for the one delivery that stays un-acked for this run.</summary>
    public bool TryHold() => Interlocked.Exchange(ref _holds, 1) == 0;

    /// <summary>That delivery was lost with its channel: the next one may be held.</summary>
    public void LetGo() => Interlocked.Exchange(ref _holds, 0);

    public void AskStop(StopCause cause) => _stop.TrySetResult(cause);

    /// <summary>The run must not outlast its lease when the board or the worker is away.</summary>
    public bool EndsWithLease => grant.Limits.OnDisconnect == OnDisconnect.Stop;

    /// <summary>Without contact: asked to end at two thirds of the lease, killed 3 s before its end, however long the lane's grace is: a second for the watch's step, two for the kernel and a busy host.</summary>
    public (int Stop, int Kill) WatchSeconds
    {
        get
        {
            var stop = Math.Max(1, (int)(grant.LeaseSeconds * 2 / 3));
            return (stop, Math.Max(stop, Math.Min(stop + grant.Limits.GraceSeconds, (int)grant.LeaseSeconds - 3)));
        }
    }

    /// <param name="sentAt">By the same clock as at the start: <see cref="Leases.Uptime"/>.</param>
    public void Renew(long sentAt) => Interlocked.Exchange(ref _renewedAt, Math.Max(sentAt, Interlocked.Read(ref _renewedAt)));

    public void MarkEnded()
    {
        if (Interlocked.Exchange(ref _freed, 1) == 1)
            return;
        lane?.Release(slot);
        _ended.TrySetResult();
    }

    public void MarkDone() => _done.TrySetResult();
}
