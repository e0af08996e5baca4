using System.Net;
using Kanban.Bus.Cli.Client;
using Kanban.Bus.Cli.Contexts;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Kanban.Bus.Cli;

/// <param name="Lanes">The worker's lanes; those that are missing are made.</param>
internal sealed record FirstStepsPlan(Call Call, IConfiguration Settings, string Home, IReadOnlyList<string> Lanes)
{
    /// <summary>Why they could not be taken. The host is stopped then, and whoever started it throws this.</summary>
    public Exception? Failure { get; set; }
}

/// <summary>Once the board of <c>kanban up</c> listens and before its worker registers: lanes, the context file, a login link.</summary>
internal sealed class FirstSteps(FirstStepsPlan plan, IServer server, IHostApplicationLifetime lifetime) : IHostedLifecycleService
{
    private const string ContextName = "local";
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        try
        {
            await TakeAsync(stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Told to stop before they were done.
        }
        catch (Exception e) when (e is BoardRefusalException or BoardUnreachableException or UsageException or HttpRequestException or IOException or UnauthorizedAccessException)
        {
            plan.Failure = e;
            lifetime.StopApplication();
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task TakeAsync(CancellationToken ct)
    {
        var address = Own(server.Features.Get<IServerAddressesFeature>()!.Addresses.First());
        await ReadyAsync(address, ct);

        var (key, file) = AdminKey();
        using var board = new BoardClient(new Connection(address, key, "", ""), plan.Call.Terminal.Clock);
        foreach (var lane in plan.Lanes)
            await EnsureLaneAsync(board, lane, ct);

        var context = new BoardContext(ContextName, address, file is null ? key : null, file);
        var contexts = ContextFile.Read(ContextFile.PathIn(plan.Call.Terminal.Environment));
        contexts.With(context).Write();
        var link = await board.LoginLinkAsync(ct);

        var console = plan.Call.Terminal.Out;
        await console.WriteLineAsync($"""

            The board listens on {address}
              Dashboard  {link.Url}   (opens once; 'kanban dashboard' prints another)
              Admin key  {file ?? "as the settings give it"}
              Try        kanban task add "hello" --lane {plan.Lanes[0]} --body 'echo hi' --wait

            """);
        if (contexts.Current is { } before && before != ContextName)
            await console.WriteLineAsync($"The kanban command now means this board; 'kanban --context {before}' means the one before.\n");
    }

    private static async Task EnsureLaneAsync(BoardClient board, string lane, CancellationToken ct)
    {
        try
        {
            await board.AddLaneAsync(new CreateLane(lane), ct);
        }
        catch (BoardRefusalException e) when (e.Status == HttpStatusCode.Conflict)
        {
            // It is there, with the settings that somebody gave it.
        }
    }

    /// <summary>Waits until the database has been brought to this version; what it waits for is in the log.</summary>
    private async Task ReadyAsync(string address, CancellationToken ct)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        while (true)
        {
            try
            {
                using var answer = await http.GetAsync(new Uri(address + "/health/ready"), ct);
                if (answer.IsSuccessStatusCode)
                    return;
            }
            catch (OperationCanceledException) when (!ct.IsCancellationRequested)
            {
                // No answer in time; a busy start.
            }

            await Task.Delay(Pause, plan.Call.Terminal.Clock, ct);
        }
    }

    private (string Key, string? File) AdminKey()
    {
        if (plan.Settings["Access:AdminKey"] is { } given)
            return (given, null);
        var file = plan.Settings["Access:AdminKeyFile"] ?? Path.Combine(plan.Home, "admin.key");
        return (File.ReadAllText(file).Trim(), Path.GetFullPath(file));
    }

    private static string Own(string address) => address
        .Replace("://0.0.0.0:", "://127.0.0.1:", StringComparison.Ordinal)
        .Replace("://[::]:", "://127.0.0.1:", StringComparison.Ordinal)
        .Replace("://+:", "://127.0.0.1:", StringComparison.Ordinal)
        .Replace("://*:", "://127.0.0.1:", StringComparison.Ordinal)
        .TrimEnd('/');
}
