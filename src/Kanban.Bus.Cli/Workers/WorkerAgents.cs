using System.CommandLine;
using Kanban.Bus.Cli.Printing;
using Kanban.Bus.Worker.Executors;

namespace Kanban.Bus.Cli.Workers;

/// <summary><c>kanban worker agents</c>: exit code 1 when a profile names one that does not work.</summary>
internal static class WorkerAgents
{
    private static readonly Columns<HostAgent> Columns = new(
        agent => agent.Name,
        new("AGENT", agent => agent.Name),
        new("WORKS", agent => agent.Fault is null ? "yes" : "no"),
        new("VERSION", agent => agent.Version ?? "-", agent => agent.Version),
        new("PROFILES", agent => string.Join(' ', agent.Profiles)),
        new("PROGRAM", agent => agent.Program),
        new("WHY NOT", agent => agent.Fault is null ? "" : $"{agent.Fault}; {agent.Advice}"));

    public static Command Build(App app)
    {
        var file = WorkerSettings.File();
        return app.On(new Command("agents", "List the agents of this host: what works, and why not") { file }, async (call, ct) =>
        {
            var (_, options) = WorkerSettings.Read(call, file);
            var agents = await HostAgents.FindAsync(options.Profiles, all: true, ct);
            call.Output.List(agents, Columns, "");
            return agents.Any(a => a.Fault is not null && a.Profiles.Count > 0) ? ExitCode.Failed : ExitCode.Ok;
        });
    }
}
