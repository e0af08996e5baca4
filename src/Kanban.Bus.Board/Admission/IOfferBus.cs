namespace Kanban.Bus.Board.Admission;

/// <summary>An offer to be put on its queue.</summary>
/// <param name="Host">What its requirement set asks for, to tell the workers that fit.</param>
/// <param name="Needs">Likewise; sorted, comma between them.</param>
public sealed record Offer(Guid RunId, string TaskKey, string Lane, string RequirementSet, int Attempt, string? Host = null, string Needs = "");

/// <summary>Carries offers and hints to workers: RabbitMQ, or memory on a single host.</summary>
public interface IOfferBus
{
    /// <summary>Publishes each offer once: mandatory, confirmed, bounded in time. Declares a queue that is missing.</summary>
    /// <returns>The offers that a queue has for sure. The others may or may not be there: publishing again is harmless.</returns>
    Task<IReadOnlyList<Guid>> PublishAsync(IReadOnlyList<Offer> offers, CancellationToken ct);

    /// <summary>Whether a queue is known to hold at least so many messages that nobody has taken: then none of its offers is lost.</summary>
    Task<bool> HoldsAsync(string lane, string requirementSet, int offers, CancellationToken ct) => Task.FromResult(false);

    /// <summary>What is wrong with a lane's queues on the broker, in a sentence; null when nothing is known to be.</summary>
    string? ProblemOf(string lane);

    /// <summary>Whether a lane's queue is of another kind, until a person acts, so that nobody can claim its offers. A broker that is away only delays them.</summary>
    bool IsRefused(string lane) => false;

    /// <summary>Tells a worker to send its heartbeat now. Best effort: its next heartbeat comes anyway.</summary>
    Task HintAsync(string workerId, CancellationToken ct);

    /// <summary>Puts bytes on a queue as they are.</summary>
    /// <returns>Whether there is such a queue, which then has them.</returns>
    /// <exception cref="Hosting.BrokerUnavailableException">The broker has not confirmed it in time; it may have arrived.</exception>
    Task<bool> ResendAsync(string queue, byte[] body, string? contentType, CancellationToken ct);
}
