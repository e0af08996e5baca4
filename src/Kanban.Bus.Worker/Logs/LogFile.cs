using System.Buffers;
using System.Globalization;
using System.Text;
using Kanban.Bus.Worker.Spool;
using Microsoft.Win32.SafeHandles;

namespace Kanban.Bus.Worker.Logs;

/// <summary>One stream of a run's output as it grows on disk. The run writes it without the worker in between; the worker reads behind.</summary>
/// <remarks>
/// What the board gets is the file, byte for byte in its place, with stars over secrets. Of a stream that grows past its bound it gets the beginning, a line that counts
/// what was left out, and the end; the disk gets the middle back while the run still writes.
/// </remarks>
internal sealed class LogFile : IDisposable
{
    /// <summary>Of the end of a stream that is too long.</summary>
    public const int TailBytes = 64 * 1024;

    private const int MarkBytes = 256;

    private readonly SafeFileHandle? _file;
    private readonly string _path;
    private readonly long _most;
    private readonly Redactor _redactor;
    private readonly long _head;
    private long _seen;
    private long _givenBack;

    /// <param name="most">Bytes of it that the board gets.</param>
    public LogFile(RunDirectory run, string stream, long most, Redactor redactor)
    {
        Stream = stream;
        _path = run.LogFile(stream);
        _most = most;
        _redactor = redactor;
        _head = Math.Max(0, most - TailBytes - MarkBytes);
        // The reader looks a little beyond what it takes, for secrets that go on there.
        _givenBack = Blocks(_head + TailBytes);
        try
        {
            _file = PlainFile.OpenRead(_path);
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

    /// <summary>Bytes that the run wrote.</summary>
    public long Length => _file is null ? 0 : RandomAccess.GetLength(_file);

    /// <summary>First byte the board has not.</summary>
    public long Sent { get; set; }

    /// <summary>Bytes that the board is to have of what is there now.</summary>
    /// <param name="ended">The run writes nothing more.</param>
    public long Wanted(bool ended)
    {
        var length = Length;
        if (length <= _most)
            return ended ? length : Math.Min(length, _head);
        return ended ? _head + Mark(length).Length + TailBytes : _head;
    }

    /// <summary>What follows <see cref="Sent"/>, as the board is to have it.</summary>
    /// <returns>0 when there is nothing, or only what may be the beginning of a secret.</returns>
    public int Next(Span<byte> buffer, bool ended)
    {
        var length = Length;
        var count = (int)Math.Min(buffer.Length, Wanted(ended) - Sent);
        if (count <= 0)
            return 0;
        if (length <= _most || Sent < _head)
            return Read(buffer[..(int)Math.Min(count, length <= _most ? count : _head - Sent)], Sent, length, ended);
        var mark = Mark(length).AsSpan();
        var into = (int)(Sent - _head);
        if (into >= mark.Length)
            return Read(buffer[..count], length - TailBytes + into - mark.Length, length, ended);
        count = Math.Min(count, mark.Length - into);
        mark.Slice(into, count).CopyTo(buffer);
        return count;
    }

    /// <summary>Gives the disk back what the board will not get. Called between two looks; what came since the last one stays, for who reads the run's output here.</summary>
    public void GiveBack()
    {
        var length = Length;
        var until = Blocks(_seen - (2 * TailBytes));
        _seen = length;
        if (length <= _most || until <= _givenBack)
            return;
        try
        {
            using var file = PlainFile.OpenWrite(_path);
            // Where the file system can't, the bound is kept by the run's end alone.
            _givenBack = PlainFile.TryPunch(file, _givenBack, until - _givenBack) ? until : long.MaxValue;
        }
        catch (IOException)
        {
            // The run has put something else in its place: that is not ours to touch.
            _givenBack = long.MaxValue;
        }
    }

    public void Dispose() => _file?.Dispose();

    private int Read(Span<byte> buffer, long offset, long length, bool ended)
    {
        var from = Math.Max(0, offset - _redactor.Context);
        var until = Math.Min(length, offset + buffer.Length + _redactor.Context);
        var around = ArrayPool<byte>.Shared.Rent((int)(until - from));
        try
        {
            var read = 0;
            for (int more; read < until - from && (more = RandomAccess.Read(_file!, around.AsSpan(read, (int)(until - from) - read), from + read)) > 0; read += more)
            {
                // All that was there when its length was read.
            }
            var known = _redactor.Redact(around.AsSpan(0, read), more: from + read >= length && !ended);
            var count = (int)Math.Min(buffer.Length, from + known - offset);
            if (count <= 0)
                return 0;
            around.AsSpan((int)(offset - from), count).CopyTo(buffer);
            return count;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(around);
        }
    }

    private byte[] Mark(long length) => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"\n[kanban: {length - _head - TailBytes:N0} bytes of {length:N0} left out here]\n"));

    private static long Blocks(long bytes) => bytes / 4096 * 4096;
}
