namespace Kanban.Bus.Cli.Client;

/// <summary>How a command that follows something sits out a board that is away: it tries again, says so once, and gives up after ten minutes.</summary>
internal sealed class Patience(TimeProvider clock, Action<string> note)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    private long? _awaySince;
    private TimeSpan _pause;

    /// <summary>The board answered.</summary>
    public void Met()
    {
        if (_awaySince is not null)
            note("The board answers again.");
        _awaySince = null;
    }

    /// <summary>Waits before the next try; throws <paramref name="why"/> when the board has been away for too long.</summary>
    public async Task WaitAsync(BoardUnreachableException why, CancellationToken ct)
    {
        if (_awaySince is not { } since)
        {
            _awaySince = clock.GetTimestamp();
            _pause = TimeSpan.FromMilliseconds(250);
            note($"{why.Message} Trying again.");
        }
        else if (clock.GetElapsedTime(since) > Limit)
        {
            throw why;
        }

        // Full jitter, so that a room full of followers does not come back as one.
        await Task.Delay(_pause * (0.5 + (Random.Shared.NextDouble() / 2)), clock, ct);
        _pause = _pause * 2 < Longest ? _pause * 2 : Longest;
    }
}
