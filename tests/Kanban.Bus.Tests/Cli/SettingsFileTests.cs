using Kanban.Bus.Cli.Client;
using Kanban.Bus.Cli.Settings;

namespace Kanban.Bus.Tests.Cli;

public sealed class SettingsFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kanban-settings-").FullName;

    [Theory]
    [InlineData("s.json", """{"Storage": {"Provider": "postgres"}, "Access": {"TrustedProxies": ["10.0.0.1", "10.0.0.2"]}, "Worker": {"Id": "w"}}""")]
    [InlineData("s.yaml", "storage:\n  provider: postgres\naccess:\n  trustedProxies: [10.0.0.1, 10.0.0.2]\nworker: {id: w}\n")]
    public void A_file_is_read_as_JSON_or_YAML_and_a_flag_goes_before_it(string name, string content)
    {
        var settings = SettingsFile.Read(Write(name, content), new Dictionary<string, string?> { ["Listen"] = "http://127.0.0.1:1", ["Storage:Provider"] = "sqlite" });

        Assert.Equal("sqlite", settings["Storage:Provider"]);
        Assert.Equal("10.0.0.2", settings["Access:TrustedProxies:1"]);
        Assert.Equal("http://127.0.0.1:1", settings["Listen"]);
        Assert.Equal("w", settings["Worker:Id"]);
    }

    [Fact]
    public void The_board_is_not_given_the_worker_s_section()
    {
        var settings = SettingsFile.Read(Write("s.json", """{"Worker": {"Id": "w"}, "Listen": "x"}"""), []);

        var board = SettingsFile.ForBoard(settings);

        Assert.Equal(["Listen"], board.AsEnumerable().Select(pair => pair.Key));
    }

    [Theory]
    [InlineData("s.json", "{")]
    [InlineData("s.yaml", "a: [")]
    public void A_broken_file_is_named(string name, string content)
    {
        var file = Write(name, content);

        var told = Assert.Throws<UsageException>(() => SettingsFile.Read(file, []));

        Assert.Contains(file, told.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Write(string name, string content)
    {
        var file = Path.Combine(_folder, name);
        File.WriteAllText(file, content);
        return file;
    }
}
