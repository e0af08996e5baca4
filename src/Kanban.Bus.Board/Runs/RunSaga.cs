using MassTransit.Mediator;

namespace Kanban.Bus.Board.Runs;

/// <summary>The state machine behind MassTransit's in-process mediator, in the caller's scope and so in its database context.</summary>
internal sealed class RunSaga(IScopedMediator mediator) : IRunSaga
{
    public Task SendAsync<T>(T happened, CancellationToken ct) where T : class => mediator.Send(happened, ct);
}
