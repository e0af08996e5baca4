using System.Data.Common;
using Kanban.Bus.Board.Admission;
using Kanban.Bus.Board.Events;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Kanban.Bus.Board.Storage;

/// <summary>After every commit that wrote an event: event tails have something to read, and admission may find room or work. No use case can forget it.</summary>
/// <remarks>Every change writes its event (P7), so a commit without one (a pass that offered nothing, a heartbeat, a log chunk) rings no bell.</remarks>
public sealed class CommitSignals(AdmissionSignal admission, EventSignal events) : DbTransactionInterceptor
{
    public override void TransactionCommitted(DbTransaction transaction, TransactionEndEventData eventData)
    {
        if (eventData.Context is not BoardDbContext { HasNews: true } db)
            return;
        db.HasNews = false;
        if (db.HasMoreToRelease)
            admission.ReleaseMore();
        db.HasMoreToRelease = false;
        if (db.MayStart)
            admission.Wake();
        db.MayStart = false;
        events.RingOwn();
    }

    public override Task TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        TransactionCommitted(transaction, eventData);
        return Task.CompletedTask;
    }
}
