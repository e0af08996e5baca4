using System.Text.Json;
using Kanban.Bus.Contracts;
using Kanban.Bus.Worker.Board;
using Kanban.Bus.Worker.Hosting;
using Kanban.Bus.Worker.Runs;
using MassTransit;
using Microsoft.Extensions.Logging;

namespace Kanban.Bus.Worker.Bus;

/// <summary>Stands before the consumer and looks at the bytes: what is no offer goes to the board with the reason, and is acked. No message stops a consumer.</summary>
internal sealed class OfferGuard(string queue, string lane, BoardApi board, TimeProvider clock, ILogger log) : IFilter<ReceiveContext>
{
    private const int MostBytes = 16 * 1024;
    private const int MostDeadLetterBytes = 64 * 1024;
    private static readonly TimeSpan BoardAwayDelay = TimeSpan.FromSeconds(3);

    public void Probe(ProbeContext context) => context.CreateFilterScope("offerGuard");

    public async Task Send(ReceiveContext context, IPipe<ReceiveContext> next)
    {
        var body = context.Body.GetBytes();
        var type = context.ContentType?.MediaType;
        if (Fault(body, type, lane) is not { } reason)
        {
            await next.Send(context);
            return;
        }

        // The parser repeats what it choked on, at any length.
        reason = reason.Length <= Limits.ReasonLength ? reason : reason[..Limits.ReasonLength];
        log.MessageUnreadable(queue, reason, body.Length);
        var kept = body.Length > MostDeadLetterBytes ? body[..MostDeadLetterBytes] : body;
        try
        {
            await board.DeadLetterAsync(new DeadLetter(queue, reason, kept, type, body.Length), context.CancellationToken);
        }
        catch (BoardRefusedException e)
        {
            // The board does not want it either; it stays in this line.
            log.DeadLetterRefused(queue, reason, e.Message);
        }
        catch (Exception e) when (e is BoardAwayException or TokenRefusedException or SessionSupersededException)
        {
            await Task.Delay(BoardAwayDelay, clock, context.CancellationToken);
            throw new OfferGivenBackException($"an unreadable message on {queue} can't be handed to the board now: {e.Message}");
        }
    }

    /// <summary>Why these bytes are no offer of this lane; null when they are one. A newer board's extra fields are no fault.</summary>
    internal static string? Fault(byte[] body, string? contentType, string lane)
    {
        if (body.Length > MostBytes)
            return $"{body.Length:N0} bytes; an offer has at most {MostBytes:N0}";
        if (contentType is not (null or "" or "application/json"))
            return $"content type '{contentType}'; an offer is application/json";
        RunOffered? offer;
        try
        {
            offer = JsonSerializer.Deserialize<RunOffered>(body, Json.Client);
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
