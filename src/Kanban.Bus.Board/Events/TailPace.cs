namespace Kanban.Bus.Board.Events;

/// <summary>When a tail of the events looks again: soon after a ring, ever later while nothing comes, every second at the latest.</summary>
/// <remarks>A ring says that something is committed; it may be readable only a little later, when the transactions before it have ended.</remarks>
public sealed class TailPace(EventSignal signal, TimeProvider clock)
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan AtLatest = TimeSpan.FromSeconds(1);

    private Task _ring = signal.Next;
    private TimeSpan _wait = Soon;

    /// <param name="found">Events that the look before found; 0 for none.</param>
    public async Task NextAsync(int found, CancellationToken ct)
    {
        if (found > 0)
        {
            _wait = Soon;
        }
        else
        {
            var waited = Task.Delay(_wait, clock, ct);
            if (await Task.WhenAny(_ring, waited) == _ring)
                _wait = Soon;
            else
                _wait = TimeSpan.FromTicks(Math.Min(_wait.Ticks * 2, AtLatest.Ticks));
            ct.ThrowIfCancellationRequested();
            if (_ring.IsCompleted)
                // Rings of one burst are one look.
                await Task.Delay(Soon, clock, ct);
        }
        _ring = signal.Next;
    }
}
