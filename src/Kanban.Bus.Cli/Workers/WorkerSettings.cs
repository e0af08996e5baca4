using System.CommandLine;
using Kanban.Bus.Cli.Client;
using Kanban.Bus.Cli.Settings;
using Kanban.Bus.Worker.Hosting;
using Microsoft.Extensions.Configuration;

namespace Kanban.Bus.Cli.Workers;

/// <summary>The section <c>Worker</c> as <c>kanban worker run</c> would read it, for commands that only look.</summary>
internal static class WorkerSettings
{
    public static Option<string?> File() => Options.Text("--config", "JSON or YAML file with a section Worker [KANBAN_SETTINGS, then ./kanban.json where there is one]", "FILE");

    public static (IConfigurationSection Section, WorkerOptions Options) Read(Call call, Option<string?> file)
    {
        var section = SettingsFile.Read(call.Get(file) ?? call.Terminal.Environment("KANBAN_SETTINGS"), []).GetSection(WorkerOptions.Section);
        var options = Bound(section);
        options.FillDefaults();
        return (section, options);
    }

    public static WorkerOptions Bound(IConfigurationSection section)
    {
        var options = new WorkerOptions();
        try
        {
            section.Bind(options);
            return options;
        }
        catch (InvalidOperationException e)
        {
            throw new UsageException($"The settings of the section Worker can't be used: {e.InnerException?.Message ?? e.Message}");
        }
    }
}
