using System.Threading.Channels;

namespace Kanban.Bus.Board.Admission;

/// <summary>Wakes this replica's admission: something it decides on has changed and is committed. Many wakes before the next pass are one.</summary>
public sealed class AdmissionSignal
{
    private readonly Channel<bool> _woken = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private int _releaseMore;

    public void Wake() => _woken.Writer.TryWrite(true);

    /// <summary>Asks the next tick for the children that one transaction could not release.</summary>
    public void ReleaseMore() => Volatile.Write(ref _releaseMore, 1);

    /// <summary>Whether that was asked for since the last call.</summary>
    public bool TakeReleaseMore() => Interlocked.Exchange(ref _releaseMore, 0) == 1;

    /// <summary>Returns at the next wake, or at one that nobody has waited for yet.</summary>
    public async Task WaitAsync(CancellationToken ct) => await _woken.Reader.ReadAsync(ct);
}
