using System.Threading.Channels;

namespace Kanban.Bus.Board.Admission;

/// <summary>Wakes this replica's admission: something it decides on has changed and is committed. Many wakes before the next pass are one.</summary>
public sealed class AdmissionSignal
{
    private readonly Channel<bool> _woken = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Wake() => _woken.Writer.TryWrite(true);

    /// <summary>Returns at the next wake, or at one that nobody has waited for yet.</summary>
    public async Task WaitAsync(CancellationToken ct) => await _woken.Reader.ReadAsync(ct);
}
