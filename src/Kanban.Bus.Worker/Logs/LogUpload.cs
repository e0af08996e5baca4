using System.Buffers;
using Kanban.Bus.Contracts;
using Kanban.Bus.Worker.Board;
using Kanban.Bus.Worker.Hosting;
using Microsoft.Extensions.Logging;

namespace Kanban.Bus.Worker.Logs;

/// <summary>Brings a run's output to the board while it goes on: by offset, from wherever the board says it stands.</summary>
/// <param name="sinceRenewed">How long ago the board last renewed the run's lease: tells a board that is away from one that fails on this log.</param>
internal sealed class LogUpload(
    Grant grant, IReadOnlyList<LogFile> streams, Func<TimeSpan> sinceRenewed, BoardApi board, TimeProvider clock, ILogger log)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan FaultLimit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Contact = TimeSpan.FromSeconds(20);

    // Pieces of one stream between two looks: about 10 MB/s per run, so that one flooding run leaves room for the others.
    private const int PiecesPerLook = 4;

    // Over all runs of this process: memory stays bounded when hundreds of runs write at once, and few of their pieces wait in the board before what somebody watches.
    private static readonly SemaphoreSlim Uploads = new(6);

    // What somebody may be watching does not wait behind the floods of other runs.
    private const int FewBytes = 16 * 1024;
    private static readonly SemaphoreSlim SmallUploads = new(16);

    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _givenUp;

    /// <summary>The run writes nothing more: what is left is sent, then <see cref="RunAsync"/> returns.</summary>
    public void End() => _ended.TrySetResult();

    /// <summary>Returns when everything was sent after <see cref="End"/>, when the board takes no more of this log, or when for a minute after the end it answered heartbeats and faulted on this log alone. While it is away the log waits, as the finish does.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        var backoff = new Backoff(clock, TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(5));
        long? refusedAloneSince = null;
        while (!_givenUp)
        {
            // Read before the files are: what was written before the end is seen after it.
            var ended = _ended.Task.IsCompleted;
            try
            {
                var all = true;
                foreach (var stream in streams)
                    all &= await SendAsync(stream, ended, ct);
                refusedAloneSince = null;
                backoff.Reset();
                if (ended && all)
                    return;
                if (!ended)
                    await Task.WhenAny(_ended.Task, Task.Delay(Look, clock, ct));
                ct.ThrowIfCancellationRequested();
            }
            catch (BoardAwayException e)
            {
                if (!ended || sinceRenewed() > Contact)
                    refusedAloneSince = null;
                else
                    refusedAloneSince ??= clock.GetTimestamp();
                if (refusedAloneSince is { } since && clock.GetElapsedTime(since) > FaultLimit)
                {
                    log.LogTailNotSent(grant.RunId, grant.TaskKey, e.Message);
                    return;
                }
                await backoff.WaitAsync(ct);
            }
            catch (Exception e) when (e is TokenRefusedException or BoardRefusedException or SessionSupersededException)
            {
                log.LogRefused(grant.RunId, grant.TaskKey, e.Message);
                _givenUp = true;
            }
        }
    }

    /// <returns>True when the board has everything that was to be sent at this moment.</returns>
    private async Task<bool> SendAsync(LogFile stream, bool ended, CancellationToken ct)
    {
        stream.GiveBack();
        for (var piece = 0; ended || piece < PiecesPerLook; piece++)
        {
            var rest = stream.Wanted(ended) - stream.Sent;
            if (rest <= 0)
                return true;
            var uploads = rest <= FewBytes ? SmallUploads : Uploads;
            await uploads.WaitAsync(ct);
            var buffer = ArrayPool<byte>.Shared.Rent(Limits.LogChunkBytes);
            try
            {
                var read = stream.Next(buffer.AsSpan(0, Limits.LogChunkBytes), ended);
                if (read == 0)
                    return true;
                var next = await board.AppendLogAsync(grant.RunId, grant.RunToken, stream.Stream, stream.Sent, buffer.AsMemory(0, read), ct);
                if (next > stream.Wanted(ended) || next < 0)
                    throw new BoardRefusedException(409, null, $"the board wants byte {next} of {stream.Stream}, which has {stream.Wanted(ended)}");
                stream.Sent = next;
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
                uploads.Release();
            }
        }
        return stream.Wanted(ended) <= stream.Sent;
    }
}
