using Kanban.Bus.Board.Admission;
using Kanban.Bus.Board.Logs;
using Kanban.Bus.Board.Runs;
using Kanban.Bus.Board.Storage;

namespace Kanban.Bus.Board.Hosting;

/// <summary>Every setting of the board service, read and checked once, before anything starts.</summary>
public sealed class BoardOptions
{
    /// <summary>Folder of the board's own files: database on SQLite, admin key. Default <c>$XDG_DATA_HOME/kanban</c>.</summary>
    public string Home { get; set; } = DefaultHome();

    /// <summary>Where it listens. Default <c>http://127.0.0.1:5080</c>.</summary>
    public string Listen { get; set; } = "http://127.0.0.1:5080";

    public StorageOptions Storage { get; set; } = new();
    public TransportOptions Transport { get; set; } = new();
    public LeaseOptions Lease { get; set; } = new();
    public AdmissionOptions Admission { get; set; } = new();
    public LogOptions Logs { get; set; } = new();

    public static BoardOptions Read(IConfiguration settings) => settings.Get<BoardOptions>() ?? new BoardOptions();

    private static string DefaultHome() => Path.Combine(
        Environment.GetEnvironmentVariable("XDG_DATA_HOME") is { Length: > 0 } data
            ? data
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "share"),
        "kanban");
}
