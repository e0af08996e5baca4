using Kanban.Bus.Worker.Hosting;
using Kanban.Bus.Worker.Runs;
using Microsoft.Extensions.Logging;

namespace Kanban.Bus.Worker.Bus;

/// <summary>What one queue has delivered here. Every delivery passes here on its way in and out.</summary>
internal sealed class Deliveries(string queue, Func<Delivery, Task> take, TimeProvider clock, ILogger log)
{
    private static readonly TimeSpan FaultPause = TimeSpan.FromSeconds(1);
    private readonly Lock _gate = new();
    private TaskCompletionSource? _none;
    private long _count;
    private int _held;

    /// <summary>How many there were.</summary>
    public long Count => Interlocked.Read(ref _count);

    /// <summary>How many are un-acked now.</summary>
    public int Held => Volatile.Read(ref _held);

    /// <summary>Has it taken, and then acked or given back.</summary>
    /// <param name="settle">Told whether to ack it. Not called when its queue has it back already.</param>
    public async Task PassAsync(Delivery delivery, Func<bool, Task> settle)
    {
        lock (_gate)
        {
            _count++;
            _held++;
        }
        try
        {
            var taken = await TakeAsync(delivery);
            if (!delivery.Gone.IsCancellationRequested)
                await settle(taken);
        }
        catch (Exception e)
        {
            // The connection that it came by is gone, or about to be; the broker delivers it again.
            log.DeliveryNotSettled(queue, e.Message);
        }
        finally
        {
            lock (_gate)
            {
                if (--_held == 0)
                    _none?.TrySetResult();
            }
        }
    }

    /// <summary>Returns when none is held.</summary>
    public Task NoneAsync()
    {
        lock (_gate)
        {
            if (_held == 0)
                return Task.CompletedTask;
            _none ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _none.Task;
        }
    }

    private async Task<bool> TakeAsync(Delivery delivery)
    {
        try
        {
            await take(delivery);
            return true;
        }
        catch (Exception e) when (e is OfferGivenBackException || delivery.Gone.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception e)
        {
            log.DeliveryFailed(e, queue);
            // It comes again at once, and may fail again.
            await Task.Delay(FaultPause, clock, delivery.Gone).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return false;
        }
    }
}
