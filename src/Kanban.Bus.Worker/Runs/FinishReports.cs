using Kanban.Bus.Contracts;
using Kanban.Bus.Worker.Board;
using Kanban.Bus.Worker.Hosting;
using Microsoft.Extensions.Logging;

namespace Kanban.Bus.Worker.Runs;

/// <summary>Tells the board how runs ended, again and again until it has answered.</summary>
internal sealed class FinishReports(string workerId, BoardApi board, TimeProvider clock, ILogger log)
{
    private readonly Batcher<FinishItem, FinishAnswer> _batcher =
        new(items => board.FinishAsync(workerId, items, CancellationToken.None), most: 500);

    /// <returns>The board's answer, or null when it refuses the report itself: repeating it would change nothing.</returns>
    public async Task<FinishAnswer?> SendAsync(FinishItem finish, CancellationToken ct)
    {
        var backoff = new Backoff(clock, TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(10));
        while (true)
        {
            // What an earlier process left is reported once this one is registered.
            while (board.SessionToken is null)
                await Task.Delay(TimeSpan.FromMilliseconds(50), clock, ct);
            try
            {
                return await _batcher.AskAsync(finish, ct);
            }
            catch (BoardRefusedException e) when (e.Status is 400 or 413 or 422)
            {
                if (finish.Metadata is null && finish.Usage is null && finish.Summary is null)
                {
                    log.FinishRefused(finish.RunId, e.Message);
                    return null;
                }
                // The outcome matters most: what the run itself wrote is left out before the report is given up.
                finish = finish with { Metadata = null, Usage = null, Summary = null, Reason = $"{finish.Reason}; its report was refused ({e.Message})".TrimStart(';', ' ') };
                if (finish.Reason!.Length > Limits.ReasonLength)
                    finish = finish with { Reason = finish.Reason[..Limits.ReasonLength] };
            }
            catch (Exception e) when (e is BoardAwayException or TokenRefusedException or BoardRefusedException or SessionSupersededException or ProtocolRefusedException)
            {
                log.FinishDelayed(finish.RunId, e.Message);
                await backoff.WaitAsync(ct);
            }
        }
    }
}
