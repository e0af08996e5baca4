using System.Threading.Channels;

namespace Kanban.Bus.Board.Gateways;

/// <summary>Wakes this replica's probing: a gateway was made or changed here. Other replicas look by themselves.</summary>
public sealed class GatewaySignal
{
    private readonly Channel<bool> _woken = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Wake() => _woken.Writer.TryWrite(true);

    public async Task WaitAsync(CancellationToken ct) => await _woken.Reader.ReadAsync(ct);
}
