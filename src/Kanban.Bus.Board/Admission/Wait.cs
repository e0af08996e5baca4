using Kanban.Bus.Contracts;

namespace Kanban.Bus.Board.Admission;

/// <summary>Why a ready task does not start now.</summary>
/// <param name="Reason">The sentence for people, with numbers.</param>
/// <param name="Cap">The cap that binds; null when it waits for something else.</param>
/// <param name="Until">When a window opens for it; null when it does not wait for one.</param>
public sealed record Wait(WaitCode Code, string Reason, CapKey? Cap = null, DateTimeOffset? Until = null);

/// <param name="Offers">What to offer, in order.</param>
/// <param name="Waits">Every other task of the snapshot, with its reason.</param>
/// <param name="Reservations">What is kept from here on, and for whom: one for each cap at most.</param>
public sealed record Decision(IReadOnlyList<Pick> Offers, IReadOnlyDictionary<Guid, Wait> Waits, IReadOnlyCollection<Reservation> Reservations);

/// <param name="Draws">What its run draws of pools, see <see cref="Pools.Draws"/>.</param>
public sealed record Pick(ReadyTask Task, string Draws);
