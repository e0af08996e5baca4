using System.Buffers.Binary;

namespace Kanban.Bus.Board.Tasks;

/// <summary>Ids whose order is the order of creation, also within one millisecond: lists and admission go by it. One per process.</summary>
/// <remarks>A UUID version 7 whose 12 bits after the milliseconds are the fraction of one (RFC 9562, section 6.2, method 3) and count on where the clock stands still.</remarks>
public sealed class TaskIds
{
    private const int FractionBits = 12;
    private long _last;

    /// <param name="now">The database's clock, which replicas share.</param>
    public Guid Next(DateTimeOffset now)
    {
        var time = (now.ToUnixTimeMilliseconds() << FractionBits) | (now.UtcTicks % TimeSpan.TicksPerMillisecond << FractionBits) / TimeSpan.TicksPerMillisecond;
        long last, next;
        do
        {
            last = Interlocked.Read(ref _last);
            next = Math.Max(time, last + 1);
        }
        while (Interlocked.CompareExchange(ref _last, next, last) != last);

        Span<byte> bytes = stackalloc byte[16];
        Guid.CreateVersion7(DateTimeOffset.FromUnixTimeMilliseconds(next >> FractionBits)).TryWriteBytes(bytes, bigEndian: true, out _);
        var fraction = (ushort)(0x7000 | (next & 0xFFF));
        BinaryPrimitives.WriteUInt16BigEndian(bytes[6..], fraction);
        return new Guid(bytes, bigEndian: true);
    }
}
