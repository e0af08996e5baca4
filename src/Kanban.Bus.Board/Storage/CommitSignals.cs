using System.Data.Common;
using Kanban.Bus.Board.Admission;
using Kanban.Bus.Board.Events;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Kanban.Bus.Board.Storage;

/// <summary>After every committed transaction: admission may find room, and event tails have something to read. No use case can forget it.</summary>
/// <remarks>Single statements outside a transaction (heartbeats, log chunks) change nothing that either of them looks at, and ring no bell.</remarks>
public sealed class CommitSignals(AdmissionSignal admission, EventSignal events) : DbTransactionInterceptor
{
    public override void TransactionCommitted(DbTransaction transaction, TransactionEndEventData eventData)
    {
        admission.Wake();
        events.Ring();
    }

    public override Task TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        TransactionCommitted(transaction, eventData);
        return Task.CompletedTask;
    }
}
