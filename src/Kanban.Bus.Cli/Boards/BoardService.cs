using Kanban.Bus.Board;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Cli.Client;
using Kanban.Bus.Cli.Settings;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Kanban.Bus.Cli.Boards;

/// <summary>Starts the board service and tells in a sentence why it can't. A file of its own, so that other commands never load the service.</summary>
internal static class BoardService
{
    public static async Task<int> RunAsync(IConfiguration settings, CancellationToken ct)
    {
        await using var app = Create(settings);
        await StartAsync(app, ct);
        return await WaitAsync(app, ct);
    }

    /// <summary>Waits until the service stops. One that gave up over its database says why.</summary>
    public static async Task<int> WaitAsync(WebApplication app, CancellationToken ct)
    {
        var readiness = app.Services.GetRequiredService<BoardReadiness>();
        await app.WaitForShutdownAsync(ct);
        return readiness.Failure is null ? ExitCode.Ok : throw new ServiceException(readiness.Failure);
    }

    public static WebApplication Create(IConfiguration settings, Action<WebApplicationBuilder>? configure = null)
    {
        try
        {
            return BoardApp.Create(SettingsFile.ForBoard(settings), configure);
        }
        catch (SettingsException e)
        {
            throw new UsageException(e.Message);
        }
    }

    public static async Task StartAsync(WebApplication app, CancellationToken ct)
    {
        try
        {
            await app.StartAsync(ct);
        }
        catch (OperationCanceledException) when (app.Lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // Stopped before it had quite begun.
        }
        catch (SettingsException e)
        {
            throw new UsageException(e.Message);
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            // What else has begun ends as in any stop, before it is disposed of.
            await app.StopAsync(ct);
            throw new ServiceException(e.Message + " Another board, or another program, listens there; --listen chooses another address.");
        }
    }
}
