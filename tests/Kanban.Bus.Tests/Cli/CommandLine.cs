using System.Text;
using Kanban.Bus.Cli;

namespace Kanban.Bus.Tests.Cli;

/// <summary>Runs <c>kanban</c> inside the test, in an environment of its own: no variable and no file of the person who tests is seen.</summary>
internal sealed class CommandLine : IDisposable
{
    private readonly Dictionary<string, string> _environment = [];

    public CommandLine(FakeBoard? board = null)
    {
        Home = Directory.CreateTempSubdirectory("kanban-cli-").FullName;
        _environment["HOME"] = Home;
        if (board is not null)
            _environment["KANBAN_URL"] = board.Url;
    }

    public sealed record Ended(int Code, string Out, string Error, byte[] OutBytes, byte[] ErrorBytes);

    public string Home { get; }

    public string ContextFile => Path.Combine(_environment.GetValueOrDefault("XDG_CONFIG_HOME") ?? Path.Combine(Home, ".config"), "kanban", "config.yaml");

    public bool OnTerminal { get; init; }

    public string Input { get; set; } = "";

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    public CommandLine With(string name, string value)
    {
        _environment[name] = value;
        return this;
    }

    public Task<Ended> RunAsync(params string[] args) => RunAsync(args, CancellationToken.None);

    public async Task<Ended> RunAsync(string[] args, CancellationToken ct)
    {
        using var output = new MemoryStream();
        using var errors = new MemoryStream();
        using var input = new MemoryStream(Encoding.UTF8.GetBytes(Input));
        var terminal = new Terminal(output, errors, input)
        {
            OutIsTerminal = OnTerminal,
            InIsTerminal = false,
            Environment = name => _environment.GetValueOrDefault(name) is { Length: > 0 } value ? value : null,
            Clock = Clock,
        };
        var code = await new App(terminal).RunAsync(args, ct);
        return new Ended(code, Encoding.UTF8.GetString(output.ToArray()), Encoding.UTF8.GetString(errors.ToArray()), output.ToArray(), errors.ToArray());
    }

    public void Dispose() => Directory.Delete(Home, recursive: true);
}
