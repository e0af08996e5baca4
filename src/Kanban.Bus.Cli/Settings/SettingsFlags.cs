using System.CommandLine;
using Kanban.Bus.Cli.Client;

namespace Kanban.Bus.Cli.Settings;

/// <summary>Flags that say the same as settings: <c>--listen URL</c> is <c>Listen</c>, and any key may be given as <c>--Lease:Duration=00:01:00</c>.</summary>
internal sealed class SettingsFlags
{
    private readonly Option<string?> _file = Options.Text("--settings", "JSON or YAML file of settings [KANBAN_SETTINGS, then ./kanban.json where there is one]", "FILE");

    private readonly (Option<string?> Option, string Key)[] _named =
    [
        (Options.Text("--home", "Folder of the board's own files: database on SQLite, admin key", "DIR"), "Home"),
        (Options.Text("--listen", "Where it listens; http://127.0.0.1:5080 unless told", "URL"), "Listen"),
        (Options.Text("--storage", "Where the rows live", "sqlite|postgres"), "Storage:Provider"),
        (Options.Text("--connection", "The database's connection string", "TEXT"), "Storage:ConnectionString"),
        (Options.Text("--transport", "How offers travel", "memory|rabbitmq"), "Transport:Provider"),
        (Options.Text("--broker", "The broker's address: amqp://user:password@host:5672/vhost", "URI"), "Transport:Uri"),
    ];

    /// <summary>Adds all flags, or those of the keys alone that are named.</summary>
    public void AddTo(Command command, params string[] keys)
    {
        command.Options.Add(_file);
        foreach (var (option, key) in _named)
        {
            if (keys.Length == 0 || keys.Contains(key))
                command.Options.Add(option);
        }

        command.TreatUnmatchedTokensAsErrors = false;
    }

    public string? File(Call call) => call.Get(_file) ?? call.Terminal.Environment("KANBAN_SETTINGS");

    /// <summary>Every setting that the command line gives.</summary>
    public Dictionary<string, string?> Given(Call call)
    {
        var given = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var (option, key) in _named)
        {
            if (call.Get(option) is { } value)
                given[key] = value;
        }

        for (var i = 0; i < call.Rest.Count; i++)
        {
            var word = call.Rest[i];
            var equals = word.IndexOf('=', StringComparison.Ordinal);
            if (!word.StartsWith("--", StringComparison.Ordinal) || word.Length < 3 || !char.IsAsciiLetterUpper(word[2]))
                throw new UsageException($"'{word}' is not understood: settings are given as --Section:Key=value, such as --Lease:Duration=00:01:00.");
            if (equals > 0)
                given[word[2..equals]] = word[(equals + 1)..];
            else if (++i < call.Rest.Count)
                given[word[2..]] = call.Rest[i];
            else
                throw new UsageException($"{word} lacks its value.");
        }

        return given;
    }
}
