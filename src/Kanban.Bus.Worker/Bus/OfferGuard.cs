using System.Text.Json;
using Kanban.Bus.Contracts;
using Kanban.Bus.Worker.Board;
using Kanban.Bus.Worker.Hosting;
using Kanban.Bus.Worker.Runs;
using Microsoft.Extensions.Logging;

namespace Kanban.Bus.Worker.Bus;

/// <summary>Looks at the bytes of what a lane's queue delivers: what is no offer goes to the board with the reason, and is acked. No message stops a consumer.</summary>
internal sealed class OfferGuard(string queue, string lane, BoardApi board, TimeProvider clock, ILogger log)
{
    private const int MostBytes = 16 * 1024;
    private static readonly TimeSpan BoardAwayDelay = TimeSpan.FromSeconds(3);

    public async Task PassAsync(Delivery delivery, Func<RunOffered, Task> take)
    {
        if (Fault(delivery, lane, out var offer) is not { } reason)
        {
            await take(offer!);
            return;
        }

        // The parser repeats what it choked on, at any length.
        reason = reason.Length <= Limits.ReasonLength ? reason : reason[..Limits.ReasonLength];
        log.MessageUnreadable(queue, reason, delivery.SizeBytes);
        try
        {
            await board.DeadLetterAsync(new DeadLetter(queue, reason, delivery.Body.ToArray(), delivery.ContentType, delivery.SizeBytes), delivery.Gone);
        }
        catch (BoardRefusedException e)
        {
            // The board does not want it either; it stays in this line.
            log.DeadLetterRefused(queue, reason, e.Message);
        }
        catch (Exception e) when (e is BoardAwayException or TokenRefusedException or SessionSupersededException)
        {
            await Task.Delay(BoardAwayDelay, clock, delivery.Gone);
            throw new OfferGivenBackException($"an unreadable message on {queue} can't be handed to the board now: {e.Message}");
        }
    }

    /// <summary>Why a message is no offer of this lane; null when it is one. A newer board's extra fields are no fault.</summary>
    internal static string? Fault(Delivery delivery, string lane, out RunOffered? offer)
    {
        offer = null;
        if (delivery.SizeBytes > MostBytes)
            return $"{delivery.SizeBytes:N0} bytes; an offer has at most {MostBytes:N0}";
        if (delivery.ContentType is { Length: > 0 } type && type.Split(';')[0].TrimEnd() != "application/json")
            return $"content type '{type}'; an offer is application/json";
        try
        {
            offer = JsonSerializer.Deserialize(delivery.Body.Span, WorkerJson.Client.RunOffered);
        }
        catch (JsonException e)
        {
            return $"not an offer: {e.Message}";
        }
        if (offer is null)
            return "not an offer: null";
        if (offer.RunId == Guid.Empty)
            return "not an offer: runId is empty";
        return offer.Lane == lane ? null : $"an offer of lane '{offer.Lane}' on a queue of lane '{lane}'";
    }
}
