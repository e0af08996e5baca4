using Kanban.Bus.Cli.Workers;
using Kanban.Bus.Tests.Cli;
using Kanban.Bus.Worker.Hosting;

namespace Kanban.Bus.Tests.Worker;

/// <summary>What a worker's file may say of a profile, and what it is told about the rest.</summary>
public sealed class ProfileTests : IDisposable
{
    private readonly CommandLine _kanban = new();

    [Theory]
    [InlineData("Worker:Profiles:p:Excutor", "shell", "Worker:Profiles:p:Excutor is no setting; known are AllowWhenAnswered, Arguments, AskWhenRefused, Binary,")]
    [InlineData("Worker:Profiles:p:Limits:MemoryMB2", "1", "Worker:Profiles:p:Limits:MemoryMB2 is no setting; known are DiskMb, MaxRuntime, MemoryMb, Processes, Silence.")]
    [InlineData("Worker:Profiles:p:Secrets:KEY:Path", "/x", "Worker:Profiles:p:Secrets:KEY:Path is no setting; known are Command, File.")]
    [InlineData("Worker:Profiles:p:Command", "sh -c x", "Worker:Profiles:p:Command is 'sh -c x'; it takes a list: one word an entry.")]
    [InlineData("Worker:Profiles:p:Model:Name", "x", "Worker:Profiles:p:Model has keys below it; it takes one value.")]
    public void A_key_that_does_not_exist_is_named_with_those_that_do(string key, string value, string expected)
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection([new(key, value)]).Build();

        Assert.StartsWith(expected, Assert.Single(UnknownWorkerKeys.In(settings.GetSection("Worker"), typeof(WorkerOptions))), StringComparison.Ordinal);
    }

    [Fact]
    public void What_can_not_work_is_a_sentence_with_what_is_allowed()
    {
        Assert.Empty(ProfileCheck.Faults(new ProfileOptions { Executor = "codex", Secrets = { ["KEY"] = new SecretOptions { File = "/x" } } }));
        (ProfileOptions Profile, string Fault)[] faults =
        [
            (new ProfileOptions { Executor = "claude" }, "Executor is 'claude'; this version knows shell, none, container, claude-code, codex, opencode, hermes, acp."),
            (new ProfileOptions { Executor = "codex", Command = { "x" } }, "Command is given, but the executor 'codex' makes its own"),
            (new ProfileOptions { Executor = "container" }, "Image is missing"),
            (new ProfileOptions { Secrets = { ["KEY"] = new SecretOptions() } }, "Secrets:KEY needs a File or a Command"),
            (new ProfileOptions { Environment = { ["A B"] = "1" } }, "'A B' is no name of a variable"),
            (new ProfileOptions { Workspaces = { "home" } }, "Workspaces has 'home'; allowed are scratch, dir, worktree."),
            (new ProfileOptions { Limits = { MemoryMb = 0 } }, "Limits:MemoryMb is 0; at least 1 is needed."),
            (new ProfileOptions { Limits = { DiskMb = -1 } }, "Limits:DiskMb is -1; at least 1 is needed."),
        ];
        Assert.All(faults, f => Assert.StartsWith(f.Fault, Assert.Single(ProfileCheck.Faults(f.Profile)), StringComparison.Ordinal));
    }

    /// <summary>What is given and not heeded would be a limit that does not hold.</summary>
    [Fact]
    public void A_key_that_its_executor_does_not_heed_is_refused_and_told_who_does()
    {
        (ProfileOptions Profile, string Fault)[] faults =
        [
            (new ProfileOptions { Executor = "hermes", Permissions = Permissions.Read }, "Permissions is 'read', but hermes asks for nothing and can't be held to it; leave it out or say 'all'"),
            (new ProfileOptions { Executor = "hermes", Permissions = Permissions.Edit }, "Permissions is 'edit', but hermes"),
            (new ProfileOptions { Permissions = Permissions.Edit }, "Permissions is 'edit', which the executor 'shell' does not heed; only claude-code, codex, opencode, hermes and acp do."),
            (new ProfileOptions { Executor = "none", Permissions = Permissions.All }, "Permissions is 'all', which the executor 'none' does not heed"),
            (new ProfileOptions { Executor = "container", Image = "debian:12", Permissions = Permissions.Read }, "Permissions is 'read', which the executor 'container' does not heed"),
            (new ProfileOptions { Executor = "codex", Tools = { "Bash", "WebFetch" } }, "Tools is 'Bash WebFetch', which the executor 'codex' does not heed; only claude-code, opencode and acp without a Command do."),
            (new ProfileOptions { Executor = "acp", Command = { "x" }, Tools = { "bash" } }, "Tools is 'bash', which 'acp' with a Command does not heed"),
            (new ProfileOptions { Executor = "acp", Command = { "x" }, Binary = "y" }, "Binary is 'y', which 'acp' with a Command does not heed"),
            (new ProfileOptions { Binary = "bash" }, "Binary is 'bash', which the executor 'shell' does not heed; only claude-code, codex, opencode, hermes, acp without a Command and container do."),
            (new ProfileOptions { Executor = "codex", MaxCostUsd = 1.5m }, "MaxCostUsd is 1.5, which the executor 'codex' does not heed; only claude-code does."),
            (new ProfileOptions { Executor = "codex", AskWhenRefused = true }, "AskWhenRefused is true, which the executor 'codex' does not heed; only claude-code, opencode and acp do."),
            (new ProfileOptions { Executor = "acp", Model = "m" }, "Model is 'm', which the executor 'acp' does not heed"),
            (new ProfileOptions { Executor = "container", Image = "debian:12", Model = "m" }, "Model is 'm', which the executor 'container' does not heed"),
            (new ProfileOptions { Arguments = { "-x", "y" } }, "Arguments is '-x y', which the executor 'shell' does not heed"),
            (new ProfileOptions { Executor = "opencode", Environment = { ["OPENCODE_PERMISSION"] = "{}" } }, "OPENCODE_PERMISSION is given, but the worker makes it of Permissions and Tools"),
        ];

        Assert.All(faults, f => Assert.StartsWith(f.Fault, Assert.Single(ProfileCheck.Faults(f.Profile)), StringComparison.Ordinal));
        Assert.All(
            [
                new ProfileOptions { Executor = "hermes", Model = "m", Binary = "h", Arguments = { "-x" } },
                new ProfileOptions { Executor = "hermes", Permissions = Permissions.All },
                new ProfileOptions { Executor = "claude-code", Permissions = Permissions.Read, Tools = { "Bash" }, AskWhenRefused = true, MaxCostUsd = 1, Model = "m" },
                new ProfileOptions { Executor = "opencode", Permissions = Permissions.Edit, Tools = { "bash:npm test*" }, AskWhenRefused = true, Model = "m" },
                new ProfileOptions { Executor = "opencode", Permissions = Permissions.All, Environment = { ["OPENCODE_PERMISSION"] = "{}" } },
                new ProfileOptions { Executor = "acp", Binary = "o", Tools = { "bash" }, Permissions = Permissions.Read, AskWhenRefused = true, Arguments = { "-x" } },
                new ProfileOptions { Executor = "acp", Command = { "x" }, Permissions = Permissions.Read, AskWhenRefused = true, Arguments = { "-x" } },
                new ProfileOptions { Executor = "container", Image = "debian:12", Binary = "podman", Arguments = { "-x" } },
            ],
            p => Assert.Empty(ProfileCheck.Faults(p)));
    }

    [Fact]
    public async Task A_worker_says_in_which_line_of_its_file_the_mistake_is()
    {
        var file = Write("worker:\n  boardUrl: http://127.0.0.1:1\n  token: kbw_x\n  lanes: {shell: 1}\n  profiles:\n    p:\n      excutor: codex\n");

        var told = await _kanban.RunAsync("worker", "run", "--config", file);

        Assert.Equal(2, told.Code);
        Assert.Contains($"worker:profiles:p:excutor is no setting", told.Error, StringComparison.OrdinalIgnoreCase);
        Assert.Contains($"({file}, line 7)", told.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_agents_of_a_host_are_listed_with_what_is_wrong_with_them()
    {
        var (good, bad) = (Program("good", "echo codex-cli 0.169.0"), Program("bad", "echo no node here >&2; exit 3"));
        var file = Write($"worker:\n  profiles:\n    good: {{executor: codex, binary: {good}}}\n    bad: {{executor: claude-code, binary: {bad}}}\n    gone: {{executor: opencode, binary: /nowhere/opencode}}\n");

        var told = await _kanban.RunAsync("worker", "agents", "--config", file, "-o", "tsv");
        var doctor = await _kanban.RunAsync("doctor", "--config", file, "-o", "tsv", "--url", "http://127.0.0.1:1");

        Assert.Equal(1, told.Code);
        var rows = told.Out.Split('\n').Select(l => l.Split('\t')).Where(r => r.Length > 3 && r[3].Length > 0).ToDictionary(r => r[3]);
        Assert.Equal(("codex", "yes", "0.169.0"), (rows["good"][0], rows["good"][1], rows["good"][2]));
        Assert.Equal(("claude-code", "no"), (rows["bad"][0], rows["bad"][1]));
        Assert.Contains("ended with 3: no node here", rows["bad"][5], StringComparison.Ordinal);
        Assert.Contains("there is no program /nowhere/opencode", rows["gone"][5], StringComparison.Ordinal);
        Assert.Equal(1, doctor.Code);
        Assert.Contains("board\tfail", doctor.Out, StringComparison.Ordinal);
        Assert.Contains("codex\tok\t0.169.0", doctor.Out, StringComparison.Ordinal);
        Assert.Contains("claude-code\tfail", doctor.Out, StringComparison.Ordinal);
        Assert.Contains("disk\t", doctor.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Agents_that_work_are_capabilities_and_what_the_settings_say_goes_before()
    {
        var (codex, claude) = (Program("codex", "echo codex-cli 0.169.0"), Program("claude", "echo '2.1.330 (Claude Code)'"));
        await using var worker = await WorkerHarness.StartAsync(o =>
        {
            o.FindAgents = true;
            o.Capabilities.Add("claude-code=1.0");
            o.Profiles["a"] = new ProfileOptions { Executor = "codex", Binary = codex };
            o.Profiles["b"] = new ProfileOptions { Executor = "claude-code", Binary = claude };
        });

        var registered = Assert.Single(worker.Board.Registrations).Capabilities;

        Assert.Contains("codex=0.169.0", registered);
        Assert.Equal("claude-code=1.0", Assert.Single(registered, c => c.StartsWith("claude-code", StringComparison.Ordinal)));
    }

    public void Dispose() => _kanban.Dispose();

    private string Write(string text)
    {
        var file = Path.Combine(_kanban.Home, "worker.yaml");
        File.WriteAllText(file, text);
        return file;
    }

    private string Program(string name, string script)
    {
        var file = Path.Combine(_kanban.Home, name);
        File.WriteAllText(file, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return file;
    }
}
