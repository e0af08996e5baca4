using Kanban.Bus.Worker.Spool;
using Microsoft.Win32.SafeHandles;

namespace Kanban.Bus.Worker.Logs;

/// <summary>One stream of a run's output as it grows on disk. The run writes it without the worker in between; the worker reads behind.</summary>
internal sealed class LogFile : IDisposable
{
    private readonly SafeFileHandle? _file;

    public LogFile(RunDirectory run, string stream)
    {
        Stream = stream;
        try
        {
            _file = PlainFile.OpenRead(run.LogFile(stream));
            Fault = _file is null ? "it is gone" : null;
        }
        catch (IOException e)
        {
            Fault = e.Message;
        }
    }

    /// <summary>Why nothing of it can be read: the run has put something else in its place. Null when it can.</summary>
    public string? Fault { get; }

    public string Stream { get; }

    public long Length => _file is null ? 0 : RandomAccess.GetLength(_file);

    /// <summary>First byte the board has not.</summary>
    public long Sent { get; set; }

    public int Read(byte[] buffer, long offset) => _file is null ? 0 : RandomAccess.Read(_file, buffer, offset);

    public void Dispose() => _file?.Dispose();
}
