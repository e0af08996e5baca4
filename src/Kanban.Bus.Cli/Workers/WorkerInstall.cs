using System.CommandLine;
using System.Globalization;
using Kanban.Bus.Cli.Client;
using Kanban.Bus.Cli.Settings;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Cli.Workers;

/// <summary><c>kanban worker install --lane NAME=SLOTS…</c>: a worker as a service of this host.</summary>
internal static class WorkerInstall
{
    public static Command Build(App app)
    {
        var lanes = LaneSlots.Option("A lane it serves and how many runs of it at one time; may be given again");
        var id = Options.Text("--id", "Its id, the same over restarts; the host's name unless told", "ID");
        var config = Options.Text("--config", "JSON or YAML file with a section Worker: lanes, profiles and the rest", "FILE");
        var user = Options.Text("--user", "The user it runs as; root unless told", "NAME");
        var drain = new Option<bool>("--drain-on-stop") { Description = "A stop of the service lets its runs end; without this they go on, and the next start takes them up" };
        var write = new Option<bool>("--write") { Description = "Write the unit to /etc/systemd/system instead of printing it" };
        var folder = new Option<string>("--folder") { Description = "With --write: another folder for the unit", HelpName = "DIR", DefaultValueFactory = _ => "/etc/systemd/system" };
        var command = new Command("install", "Print or write a systemd unit that runs a worker on this host") { lanes, id, config, user, drain, write, folder };
        command.Validators.Add(result =>
        {
            if (result.GetValue(lanes) is not { Count: > 0 } && result.GetValue(config) is null)
                result.AddError("--lane is missing: name a lane and its slots, such as --lane shell=2, or a --config file that does.");
        });
        return app.On(command, async (call, ct) =>
        {
            var name = call.Get(id) ?? Host();
            if (!Limits.Name.IsMatch(name))
                throw new UsageException($"--id '{name}' is not a name: lower-case letters, digits and hyphens, 1 to 40.");
            List<string> words = [.. ThisProgram.Command, "worker", "run", "--id", name, "--home", "/var/lib/" + SystemdUnit.StateDirectory(name)];
            foreach (var (lane, slots) in call.Get(lanes)!)
                words.AddRange(["--lane", string.Create(CultureInfo.InvariantCulture, $"{lane}={slots}")]);
            if (call.Get(config) is { } file)
                words.AddRange(["--config", Path.GetFullPath(file)]);
            var unit = new SystemdUnit(name, words, call.Get(user), call.Get(drain));
            if (!call.Get(write))
            {
                call.Terminal.Out.Write(unit.ToString());
                return ExitCode.Ok;
            }

            var path = Path.Combine(call.Get(folder)!, unit.FileName);
            try
            {
                await File.WriteAllTextAsync(path, unit.ToString(), ct);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new ServiceException($"{path} could not be written: {e.Message} Without --write the unit is printed.");
            }
            call.Output.Note($"Wrote {path}. Put KANBAN_URL and KANBAN_TOKEN into {SystemdUnit.EnvironmentFile} (a token: kanban token create worker-{name} --kind worker), then:");
            call.Output.Note($"  systemctl daemon-reload && systemctl enable --now {unit.FileName}");
            return ExitCode.Ok;
        });
    }

    private static string Host()
    {
        var name = new string([.. Environment.MachineName.ToLowerInvariant().Select(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) ? c : '-')]).Trim('-');
        return name.Length == 0 ? "localhost" : name[..Math.Min(40, name.Length)];
    }
}
