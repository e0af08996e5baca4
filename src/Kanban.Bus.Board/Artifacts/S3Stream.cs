using Amazon.S3.Model;

namespace Kanban.Bus.Board.Artifacts;

/// <summary>An object of a bucket, read from any place on: a place costs a request when the first byte there is read.</summary>
internal sealed class S3Stream(long length, Func<long, CancellationToken, Task<GetObjectResponse?>> open) : Stream
{
    private GetObjectResponse? _answer;
    private long _at;

    public override bool CanRead => true;
    public override bool CanSeek => true;
    public override bool CanWrite => false;
    public override long Length => length;

    public override long Position
    {
        get => _at;
        set
        {
            if (value == _at)
                return;
            Close(ref _answer);
            _at = value;
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_at >= length || buffer.IsEmpty)
            return 0;
        _answer ??= await open(_at, cancellationToken) ?? throw new FileNotFoundException("The object was removed while it was read.");
        var read = await _answer.ResponseStream.ReadAsync(buffer, cancellationToken);
        if (read == 0)
            throw new EndOfStreamException($"The object ended after {_at:N0} of {length:N0} bytes.");
        _at += read;
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("An object of a bucket is read asynchronously.");

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => _at + offset,
        _ => length + offset,
    };

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
        // Nothing is written.
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Close(ref _answer);
        base.Dispose(disposing);
    }

    private static void Close(ref GetObjectResponse? answer)
    {
        answer?.Dispose();
        answer = null;
    }
}
