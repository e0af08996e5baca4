namespace Kanban.Bus.Worker.Hosting;

/// <summary>Full jitter: each wait is drawn from zero to a bound that doubles, so that many workers do not come back together.</summary>
internal sealed class Backoff(TimeProvider clock, TimeSpan first, TimeSpan longest)
{
    private readonly TimeSpan _first = first;
    private TimeSpan _bound = first;

    public TimeSpan Next()
    {
        var wait = _bound * Random.Shared.NextDouble();
        _bound = _bound * 2 < longest ? _bound * 2 : longest;
        return wait;
    }

    public Task WaitAsync(CancellationToken ct) => Task.Delay(Next(), clock, ct);

    public void Reset() => _bound = _first;
}
