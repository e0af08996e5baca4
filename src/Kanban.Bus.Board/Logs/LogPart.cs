using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kanban.Bus.Board.Logs;

/// <summary>What a reader wants of a log: all of it, or one stream from a byte on.</summary>
/// <param name="Stream">Null for all.</param>
internal readonly record struct LogPart(string? Stream, long Offset)
{
    public static ProblemHttpResult? WhyNot(string? stream, long offset)
    {
        if (stream is not null && !LogStreams.All.Contains(stream))
            return Problems.Unknown("stream", "stream", stream, Nearest.To(stream, LogStreams.All));
        return offset switch
        {
            < 0 => Problems.Invalid("offset", $"'offset' is {offset}; allowed is 0 and up."),
            > 0 when stream is null => Problems.Invalid("offset", "'offset' is a place in one stream: name it by 'stream'."),
            _ => null,
        };
    }

    public IQueryable<LogChunk> Of(IQueryable<LogChunk> chunks)
    {
        if (Stream is not { } stream)
            return chunks;
        var offset = Offset;
        return chunks.Where(c => c.Stream == stream && c.Offset + c.Length > offset);
    }

    /// <summary>A chunk in which the offset lies, from there on.</summary>
    public LogChunkView Cut(LogChunkView chunk) =>
        Stream is null || chunk.Offset >= Offset ? chunk : chunk with { Offset = Offset, Data = chunk.Data[(int)(Offset - chunk.Offset)..] };
}
