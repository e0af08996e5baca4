using System.CommandLine;
using System.Globalization;
using Kanban.Bus.Cli.Client;
using Kanban.Bus.Cli.Contexts;
using Kanban.Bus.Cli.Settings;
using Microsoft.Extensions.Configuration;

namespace Kanban.Bus.Cli.Workers;

/// <summary><c>kanban worker run --lane NAME=SLOTS…</c>: serves lanes on this host until it is stopped.</summary>
internal static class WorkerRun
{
    public static Command Build(App app)
    {
        var lanes = LaneSlots.Option("A lane it serves and how many runs of it at one time; may be given again");
        var capabilities = Options.Many("--capability", "What it has (cuda, repo=web, mem=64); may be given again", "CAP");
        var host = Options.Text("--host", "The host's name, as tasks name it; the machine's own unless told", "NAME");
        var id = Options.Text("--id", "Its id, the same over restarts; the host's name unless told", "ID");
        var home = Options.Text("--home", "Folder of its runs under way; $XDG_STATE_HOME/kanban/worker-ID unless told", "DIR");
        var file = Options.Text("--config", "JSON or YAML file with a section Worker: lanes, profiles and the rest", "FILE");
        var command = new Command("run", "Run a worker on this host") { lanes, capabilities, host, id, home, file };
        return app.OnService(command, async (call, ct) =>
        {
            var given = new Dictionary<string, string?>();
            foreach (var (lane, slots) in call.Get(lanes)!)
                given[$"Worker:Lanes:{lane}"] = slots.ToString(CultureInfo.InvariantCulture);
            var capability = call.Get(capabilities)!;
            for (var i = 0; i < capability.Length; i++)
                given[$"Worker:Capabilities:{i}"] = capability[i];
            Give(given, "Worker:Host", call.Get(host));
            Give(given, "Worker:Id", call.Get(id));
            Give(given, "Worker:Home", call.Get(home));
            Give(given, "Worker:BoardUrl", call.Given.Url ?? call.Terminal.Environment("KANBAN_URL"));
            Give(given, "Worker:Token", call.Given.Token ?? call.Terminal.Environment("KANBAN_TOKEN"));

            var named = call.Get(file) ?? call.Terminal.Environment("KANBAN_SETTINGS");
            var settings = SettingsFile.Read(named, given);
            try
            {
                return await WorkerDaemon.RunAsync(call, await ConnectedAsync(call, settings, ct), ct);
            }
            catch (UsageException e)
            {
                throw new UsageException(SettingsPlaces.Point(named, e.Message));
            }
        });
    }

    /// <summary>Adds what the settings leave open: the board's address and a worker token, from the context.</summary>
    private static async Task<IConfiguration> ConnectedAsync(Call call, IConfigurationRoot settings, CancellationToken ct)
    {
        var worker = settings.GetSection("Worker");
        var token = worker["Token"];
        var open = new Dictionary<string, string?>();
        if (worker["BoardUrl"] is not { Length: > 0 } || (token is null && worker["TokenFile"] is null) || WorkerToken.IsInDoubt(token))
        {
            var connection = Connection.Resolve(worker["BoardUrl"], token, call.Given.Context, call.Terminal.Environment);
            open["Worker:BoardUrl"] = connection.Server;
            if (worker["TokenFile"] is null || token is not null)
            {
                if (connection.Token is null)
                    throw new UsageException($"No token for {connection.Server}: make one on the board with 'kanban token create NAME --kind worker' and give it as KANBAN_TOKEN, or log in with 'kanban login'.");
                var (key, value) = await WorkerToken.ForAsync(call, connection, worker["Id"] ?? worker["Host"], ct);
                open["Worker:Token"] = null;
                open[key] = value;
            }
        }

        return new ConfigurationBuilder().AddConfiguration(settings).AddInMemoryCollection(open).Build();
    }

    private static void Give(Dictionary<string, string?> given, string key, string? value)
    {
        if (value is not null)
            given[key] = value;
    }
}
