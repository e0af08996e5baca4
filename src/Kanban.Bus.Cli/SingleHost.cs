using System.Buffers.Text;
using System.Security.Cryptography;
using Kanban.Bus.Cli.Boards;
using Kanban.Bus.Cli.Client;
using Kanban.Bus.Cli.Contexts;
using Kanban.Bus.Cli.Workers;
using Kanban.Bus.Worker.Hosting;
using MassTransit;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Kanban.Bus.Cli;

/// <summary>What <c>kanban up</c> starts. A file of its own, so that other commands never load board or worker.</summary>
internal static class SingleHost
{
    public static async Task<int> RunAsync(Call call, IConfigurationRoot settings, IReadOnlyDictionary<string, int> lanes, CancellationToken ct)
    {
        var home = Path.GetFullPath(settings["Home"] ?? Path.Combine(Folders.Data(call.Terminal.Environment), "kanban"));
        var own = new Dictionary<string, string?> { ["Home"] = home };
        if (settings["Access:WorkerKey"] is null && settings["Access:WorkerKeyFile"] is null)
            own["Access:WorkerKeyFile"] = WorkerKeyIn(home);
        var complete = new ConfigurationBuilder().AddConfiguration(settings).AddInMemoryCollection(own).Build();
        var worker = Describe(new WorkerOptions(), complete, lanes);
        var plan = new FirstStepsPlan(call, complete, home, [.. worker.Lanes.Keys]);

        await using var app = BoardService.Create(complete, builder =>
        {
            builder.Services.AddSingleton(plan);
            // Before the worker: what follows a start runs in this order, and a lane must be there when its worker registers.
            builder.Services.AddHostedService<FirstSteps>();
            builder.Services.AddLocalKanbanWorker(
                (provider, options) =>
                {
                    Describe(options, complete, lanes);
                    if (options.BoardUrl.Length == 0)
                        options.BoardUrl = OwnAddress(provider);
                },
                provider => new MemoryQueues(provider.GetRequiredService<IBusControl>()));
        });
        await BoardService.StartAsync(app, ct);
        var code = await BoardService.WaitAsync(app, ct);
        return plan.Failure is { } failure ? throw new ServiceException("The board could not be made ready: " + failure.Message) : code;
    }

    /// <summary>The worker beside the board: id <c>local</c> and two slots of <c>shell</c>, unless the section <c>Worker</c> or <c>--lane</c> says otherwise.</summary>
    private static WorkerOptions Describe(WorkerOptions options, IConfiguration settings, IReadOnlyDictionary<string, int> lanes)
    {
        try
        {
            settings.GetSection(WorkerOptions.Section).Bind(options, binder => binder.ErrorOnUnknownConfiguration = true);
        }
        catch (InvalidOperationException e)
        {
            throw new UsageException($"The settings of the section Worker can't be used: {e.InnerException?.Message ?? e.Message}");
        }

        if (options.Id.Length == 0)
            options.Id = "local";
        if (options.Home.Length == 0)
            options.Home = Path.Combine(settings["Home"]!, "worker");
        if (options.Token is null && options.TokenFile is null)
            (options.Token, options.TokenFile) = (settings["Access:WorkerKey"], settings["Access:WorkerKeyFile"]);
        foreach (var (lane, slots) in lanes)
            options.Lanes[lane] = slots;
        if (options.Lanes.Count == 0)
            options.Lanes["shell"] = 2;
        return options;
    }

    /// <summary>The first address that this process listens on.</summary>
    private static string OwnAddress(IServiceProvider provider)
    {
        var address = provider.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault()
            ?? throw new InvalidOperationException("The process listens nowhere; set Worker:BoardUrl.");
        return address.Replace("://0.0.0.0:", "://127.0.0.1:", StringComparison.Ordinal)
            .Replace("://[::]:", "://127.0.0.1:", StringComparison.Ordinal)
            .Replace("://+:", "://127.0.0.1:", StringComparison.Ordinal)
            .Replace("://*:", "://127.0.0.1:", StringComparison.Ordinal);
    }

    /// <summary>The token by which the worker in this process registers: the board takes it from its settings, the worker from the file.</summary>
    private static string WorkerKeyIn(string home)
    {
        var file = Path.Combine(home, "worker.key");
        if (!File.Exists(file))
            Folders.WriteSecret(file, "kbw_" + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32)) + "\n");
        return file;
    }
}
