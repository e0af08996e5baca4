using Kanban.Bus.Worker.Hosting;

namespace Kanban.Bus.Worker.Spool;

/// <summary>The worker's state directory: one directory per run that is under way or whose finish the board has not answered, and one process that may use it.</summary>
internal sealed class RunSpool(string home) : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private FileStream? _lock;

    public string Home => home;

    /// <summary>The name of this directory, kept in it: who registers with it has its lock.</summary>
    public string Instance { get; private set; } = "";

    private string Runs => Path.Combine(home, "runs");

    /// <exception cref="WorkerStoppedException">Another process uses the directory; the message says which.</exception>
    public void Open()
    {
        Directory.CreateDirectory(home, OwnerOnly);
        Directory.CreateDirectory(Runs, OwnerOnly);
        var path = Path.Combine(home, "lock");
        try
        {
            _lock = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new WorkerStoppedException($"Another worker uses {home}. Stop it, or give this one a directory and an id of its own (Worker:Home, Worker:Id).", e);
        }
        var named = Path.Combine(home, "instance");
        if (!File.Exists(named))
            AtomicFile.Write(named, Guid.CreateVersion7().ToString());
        Instance = File.ReadAllText(named).Trim();
    }

    public RunDirectory For(Guid runId) => new(Path.Combine(Runs, runId.ToString()), runId);

    /// <summary>What an earlier process left behind, oldest run first.</summary>
    public IReadOnlyList<RunDirectory> Left() =>
        [.. Directory.EnumerateDirectories(Runs)
            .Select(d => Guid.TryParse(Path.GetFileName(d), out var runId) ? new RunDirectory(d, runId) : null)
            .OfType<RunDirectory>()
            .OrderBy(d => d.RunId)];

    public void Dispose() => _lock?.Dispose();
}
