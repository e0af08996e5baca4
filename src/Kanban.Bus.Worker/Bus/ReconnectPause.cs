namespace Kanban.Bus.Worker.Bus;

/// <summary>Spreads the reconnects of many workers that lost their broker in the same moment: the first try of each would come at once.</summary>
internal sealed class ReconnectPause(TimeProvider clock)
{
    internal static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);
    private bool _connected;

    /// <summary>Called before each connection. The first one is opened at once.</summary>
    public Task WaitAsync(CancellationToken ct)
    {
        var pause = Next();
        return pause == TimeSpan.Zero ? Task.CompletedTask : Task.Delay(pause, clock, ct);
    }

    internal TimeSpan Next()
    {
        var first = !_connected;
        _connected = true;
        return first ? TimeSpan.Zero : Longest * Random.Shared.NextDouble();
    }
}
