using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Runs.Inside;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using MassTransit;
using MassTransit.Configuration;
using MassTransit.Saga;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Runs;

/// <summary>A run's life: the state machine, and the batches that move it.</summary>
public static class RunsFeature
{
    /// <summary>Requests decided in one transaction at most; each holds up to 500 items.</summary>
    private const int MostRequests = 64;

    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(25);

    public static IServiceCollection AddRuns(this IServiceCollection services)
    {
        services.AddMediator(mediator => mediator.AddSagaStateMachine<RunStateMachine, Run>()
            .Repository(repository => repository.RegisterSagaRepository<Run, BoardDbContext, SagaConsumeContextFactory<BoardDbContext, Run>, RunSagaRepository>()));
        services.AddScoped<IRunSaga, RunSaga>().AddScoped<Briefs>().AddScoped<ClaimBatch>().AddScoped<FinishBatch>().AddScoped<RunResumption>().AddScoped<RunWrites>();
        services.AddCoalescer<ClaimBatch, ClaimBatch.Request, ClaimAnswers>((batch, requests, ct) => batch.DecideAsync(requests, ct), r => r.Body.Claims.Count);
        services.AddCoalescer<FinishBatch, FinishBatch.Request, FinishAnswers>((batch, requests, ct) => batch.DecideAsync(requests, ct), r => r.Body.Finishes.Count);
        return services;
    }

    public static void MapRuns(this RouteGroupBuilder api)
    {
        api.MapGet("/runs/{runId:guid}", GetRun).WithTags("Runs").WithName("GetRun").WithSummary("Shows one run");
        AdoptRun.Map(api);
    }

    /// <summary>GET /runs/{runId} — 200, 404 no such run.</summary>
    private static async Task<Results<Ok<RunView>, ProblemHttpResult>> GetRun(Guid runId, BoardDbContext db, CancellationToken ct)
    {
        var run = await db.Runs.AsNoTracking().SingleOrDefaultAsync(r => r.CorrelationId == runId, ct);
        return run is null ? Problems.NotFound("run", runId.ToString()) : TypedResults.Ok((await RunViews.ForAsync(db, [run], ct))[0]);
    }

    private static void AddCoalescer<TBatch, TItem, TAnswer>(
        this IServiceCollection services, Func<TBatch, IReadOnlyList<TItem>, CancellationToken, Task<IReadOnlyList<TAnswer>>> decide, Func<TItem, int> size) where TBatch : notnull =>
        services.AddSingleton(provider => new Coalescer<TItem, TAnswer>(async (items, ct) =>
        {
            await using var scope = provider.GetRequiredService<IServiceScopeFactory>().CreateLeaseScope();
            return await decide(scope.ServiceProvider.GetRequiredService<TBatch>(), items, ct);
        }, MostRequests, error => provider.GetRequiredService<IServiceScopeFactory>().IsUnavailable(error),
            new BatchPace(provider.GetRequiredService<TimeProvider>(), Gather), size));
}
