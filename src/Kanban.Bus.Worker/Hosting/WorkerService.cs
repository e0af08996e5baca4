using Kanban.Bus.Worker.Bus;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kanban.Bus.Worker.Hosting;

/// <summary>Ties a worker's life to its process: it starts when the whole process has, and drains before anything else stops, while a board in the same process still answers.</summary>
internal sealed class WorkerService(
    WorkerSetup setup, IServiceProvider provider, IHostApplicationLifetime lifetime, ILoggerFactory loggers, TimeProvider clock)
    : BackgroundService, IHostedLifecycleService
{
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _leave = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ILogger _log = loggers.CreateLogger(WorkerLog.Category);

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        _started.TrySetResult();
        return Task.CompletedTask;
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        _leave.TrySetResult();
        if (ExecuteTask is { } running && _started.Task.IsCompleted)
            await Task.WhenAny(running, Task.Delay(Timeout.Infinite, cancellationToken));
    }

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await _started.Task.WaitAsync(stoppingToken);
        }
        catch (OperationCanceledException)
        {
            // The process ends before it had quite begun: whatever kept it says why.
            return;
        }
        var exitCode = 1;
        try
        {
            var options = setup.Options(provider);
            options.FillDefaults();
            await using var worker = new WorkerLife(options, setup.Queues is { } queues ? new SharedBus(queues(provider), clock) : null, loggers, clock);
            exitCode = await worker.RunAsync(_leave.Task, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            exitCode = 0;
        }
        catch (WorkerStoppedException e)
        {
            _log.WorkerStopped(e.Message);
        }
        catch (Exception e)
        {
            _log.WorkerFailed(e, e.Message);
        }
        if (setup.ExitWhenOver)
        {
            Environment.ExitCode = exitCode;
            lifetime.StopApplication();
        }
    }
}
