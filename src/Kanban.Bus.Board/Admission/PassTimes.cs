using Kanban.Bus.Contracts;

namespace Kanban.Bus.Board.Admission;

/// <summary>How long this replica's last passes took, the wait for the lock included.</summary>
public sealed class PassTimes
{
    private const int Kept = 1_000;

    private readonly Queue<TimeSpan> _times = [];

    public void Add(TimeSpan time)
    {
        lock (_times)
        {
            if (_times.Count == Kept)
                _times.Dequeue();
            _times.Enqueue(time);
        }
    }

    public PassesView View()
    {
        List<double> sorted;
        lock (_times)
            sorted = [.. _times.Select(t => Math.Round(t.TotalMilliseconds, 1)).Order()];
        double At(double share) => sorted.Count == 0 ? 0 : sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Count) - 1)];
        return new PassesView(sorted.Count, At(0.5), At(0.99), At(1));
    }
}
