using System.Threading.Channels;

namespace Kanban.Bus.Board.Schedules;

/// <summary>Tells this replica's <see cref="ScheduleClock"/> that a schedule was changed and committed.</summary>
public sealed class ScheduleSignal
{
    private readonly Channel<bool> _changed = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Changed() => _changed.Writer.TryWrite(true);

    public async Task WaitAsync(CancellationToken ct) => await _changed.Reader.ReadAsync(ct);
}
