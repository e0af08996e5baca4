using Kanban.Bus.Board.Storage;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Logs;

/// <summary>One stream of a run's log, as long as it was when this was made; reads one chunk at a time, wherever a range begins.</summary>
public sealed class LogStream(BoardDbContext db, Guid runId, string name, long length) : Stream
{
    private LogChunk? _chunk;

    public override bool CanRead => true;
    public override bool CanSeek => true;
    public override bool CanWrite => false;
    public override long Length => length;
    public override long Position { get; set; }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (Position >= length || buffer.Length == 0)
            return 0;
        if (_chunk is null || Position < _chunk.Offset || Position >= _chunk.Offset + _chunk.Length)
            _chunk = await db.LogChunks.AsNoTracking()
                .Where(c => c.RunId == runId && c.Stream == name && c.Offset <= Position)
                .OrderByDescending(c => c.Offset)
                .FirstAsync(cancellationToken);
        var skip = (int)(Position - _chunk.Offset);
        var count = (int)Math.Min(Math.Min(buffer.Length, _chunk.Length - skip), length - Position);
        _chunk.Data.AsMemory(skip, count).CopyTo(buffer);
        Position += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => Position + offset,
        _ => length + offset,
    };

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("The database is only read asynchronously.");
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("A log is written by its run alone.");
    public override void SetLength(long value) => throw new NotSupportedException("A log is written by its run alone.");
    public override void Flush()
    {
    }
}
