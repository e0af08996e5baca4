using Kanban.Bus.Contracts;

namespace Kanban.Bus.Board.Admission;

/// <summary>Why a ready task does not start now.</summary>
/// <param name="Reason">The sentence for people, with numbers.</param>
public sealed record Wait(WaitCode Code, string Reason);

/// <param name="Offers">The tasks to offer, in order.</param>
/// <param name="Waits">Every other task of the snapshot, with its reason.</param>
public sealed record Decision(IReadOnlyList<ReadyTask> Offers, IReadOnlyDictionary<Guid, Wait> Waits);
