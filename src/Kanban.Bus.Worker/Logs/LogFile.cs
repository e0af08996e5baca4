using Kanban.Bus.Worker.Spool;
using Microsoft.Win32.SafeHandles;

namespace Kanban.Bus.Worker.Logs;

/// <summary>One stream of a run's output as it grows on disk. The run writes it without the worker in between; the worker reads behind.</summary>
internal sealed class LogFile : IDisposable
{
    private readonly SafeFileHandle _file;

    public LogFile(RunDirectory run, string stream)
    {
        Stream = stream;
        _file = File.OpenHandle(run.LogFile(stream), FileMode.OpenOrCreate, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
    }

    public string Stream { get; }

    public long Length => RandomAccess.GetLength(_file);

    /// <summary>First byte the board has not.</summary>
    public long Sent { get; set; }

    public int Read(byte[] buffer, long offset) => RandomAccess.Read(_file, buffer, offset);

    public void Dispose() => _file.Dispose();
}
