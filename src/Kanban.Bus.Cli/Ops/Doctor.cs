using System.CommandLine;
using Kanban.Bus.Cli.Client;
using Kanban.Bus.Cli.Printing;
using Kanban.Bus.Cli.Workers;
using Kanban.Bus.Worker.Hosting;

namespace Kanban.Bus.Cli.Ops;

/// <summary><c>kanban doctor</c>: looks at this host, its settings and its board; exit code 1 when something fails.</summary>
internal static class Doctor
{
    private static readonly Columns<HostCheck> Columns = new(
        check => check.What,
        new("CHECK", check => check.What),
        new("HEALTH", check => Words.Of(check.Health)),
        new("DETAIL", check => check.Detail),
        new("WHAT TO DO", check => check.Advice));

    public static Command Build(App app)
    {
        var file = WorkerSettings.File();
        return app.On(new Command("doctor", "Check this host, its worker's settings and its board: what works, and what to do about the rest") { file }, async (call, ct) =>
        {
            var (section, options) = WorkerSettings.Read(call, file);
            List<HostCheck> checks = [await BoardAsync(call, ct)];
            // Without lanes it is no worker's file.
            if (options.Lanes.Count > 0 || call.Get(file) is not null)
                checks.AddRange(HostChecks.Settings(options, UnknownWorkerKeys.In(section, typeof(WorkerOptions))));
            checks.AddRange(HostChecks.Host(options));
            checks.AddRange(await HostChecks.AgentsAsync(options, ct));
            checks.AddRange(await HostChecks.SecretsAsync(options, ct));
            call.Output.List(checks, Columns, "");
            return checks.Any(c => c.Health is Health.Fail) ? ExitCode.Failed : ExitCode.Ok;
        });
    }

    private static async Task<HostCheck> BoardAsync(Call call, CancellationToken ct)
    {
        try
        {
            var me = await call.Board.WhoAmIAsync(ct);
            return new HostCheck("board", Health.Ok, $"{call.Connection.Server} knows {me.Name} ({me.Kind})");
        }
        catch (BoardUnreachableException e)
        {
            return new HostCheck("board", Health.Fail, e.Message, "start it with 'kanban up', or name it with --url or KANBAN_URL");
        }
        catch (BoardRefusalException e)
        {
            return new HostCheck("board", Health.Fail, e.Message, "log in with 'kanban login', or give a token with --token or KANBAN_TOKEN");
        }
        catch (UsageException e)
        {
            return new HostCheck("board", Health.Fail, e.Message, "name it with --url or KANBAN_URL");
        }
    }
}
