namespace Kanban.Bus.Worker.Bus;

/// <summary>Spreads the reconnects of many workers that lost their broker in the same moment: their bus waits in equal steps, and would bring them back together.</summary>
internal sealed class ReconnectPause(TimeProvider clock)
{
    internal static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);
    private bool _connected;

    /// <summary>Called before each attempt to connect. The first one goes at once.</summary>
    public Task WaitAsync()
    {
        var pause = Next();
        return pause == TimeSpan.Zero ? Task.CompletedTask : Task.Delay(pause, clock);
    }

    internal TimeSpan Next()
    {
        var first = !_connected;
        _connected = true;
        return first ? TimeSpan.Zero : Longest * Random.Shared.NextDouble();
    }
}
