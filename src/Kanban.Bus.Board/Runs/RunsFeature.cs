using Kanban.Bus.Board.Storage;
using MassTransit;
using MassTransit.Configuration;
using MassTransit.Saga;

namespace Kanban.Bus.Board.Runs;

public static class RunsFeature
{
    public static IServiceCollection AddRuns(this IServiceCollection services)
    {
        services.AddMediator(mediator => mediator.AddSagaStateMachine<RunStateMachine, Run>()
            .Repository(repository => repository.RegisterSagaRepository<Run, BoardDbContext, SagaConsumeContextFactory<BoardDbContext, Run>, RunSagaRepository>()));
        services.AddScoped<IRunSaga, RunSaga>();
        return services;
    }

    public static void MapRuns(this RouteGroupBuilder api)
    {
    }
}
