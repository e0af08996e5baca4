using Kanban.Bus.Board.Access;
using Kanban.Bus.Board.Admission;
using Kanban.Bus.Board.Artifacts;
using Kanban.Bus.Board.Gateways;
using Kanban.Bus.Board.Logs;
using Kanban.Bus.Board.Runs;
using Kanban.Bus.Board.Storage;

namespace Kanban.Bus.Board.Hosting;

/// <summary>Every setting of the board service, read and checked once, before anything starts.</summary>
public sealed class BoardOptions
{
    /// <summary>Folder of the board's own files: database on SQLite, admin key. Default <c>$XDG_DATA_HOME/kanban</c>.</summary>
    public string Home { get; set; } = DefaultHome();

    /// <summary>Where it listens; several addresses with <c>;</c> between. Default <c>http://127.0.0.1:5080</c>.</summary>
    /// <remarks>Beyond loopback it wants TLS or a trusted proxy, and an admin key of your own.</remarks>
    public string Listen { get; set; } = "http://127.0.0.1:5080";

    /// <summary>The least severe log lines that are written. Default <c>information</c>.</summary>
    public LogLevel LogLevel { get; set; } = LogLevel.Information;

    public StorageOptions Storage { get; set; } = new();
    public TransportOptions Transport { get; set; } = new();
    public RunsOptions Runs { get; set; } = new();
    public LeaseOptions Lease { get; set; } = new();
    public AdmissionOptions Admission { get; set; } = new();
    public GatewayOptions Gateway { get; set; } = new();
    public LogOptions Logs { get; set; } = new();
    public ArtifactOptions Artifacts { get; set; } = new();
    public AccessOptions Access { get; set; } = new();
    public TlsOptions Tls { get; set; } = new();

    /// <summary>Reads and checks them all. Keys are those of these classes, <c>Storage:Provider</c>; case does not matter.</summary>
    /// <exception cref="SettingsException">A key that is not known or a value that is not allowed: a sentence for each, on lines of their own.</exception>
    public static BoardOptions Read(IConfiguration settings)
    {
        var options = new BoardOptions();
        var reader = new SettingsReader(settings);
        reader.Fill(options);
        reader.RefuseUnknown();
        options.Home = Path.GetFullPath(options.Home);
        // Rules over several values say little about values that could not be read.
        var errors = reader.Errors.Count > 0 ? reader.Errors : [.. SettingsRules.Check(options)];
        return errors.Count == 0 ? options : throw new SettingsException(string.Join(Environment.NewLine, errors));
    }

    private static string DefaultHome() => Path.Combine(
        Environment.GetEnvironmentVariable("XDG_DATA_HOME") is { Length: > 0 } data
            ? data
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "share"),
        "kanban");
}
