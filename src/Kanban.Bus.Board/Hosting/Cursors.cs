using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kanban.Bus.Board.Hosting;

/// <summary>Cursors of lists: opaque to callers, the sort key of the last row inside.</summary>
public static class Cursors
{
    public static string Write(string sortKey) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(sortKey));

    public static bool TryRead(string cursor, [NotNullWhen(true)] out string? sortKey)
    {
        sortKey = Base64Url.IsValid(cursor) ? Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor)) : null;
        return sortKey is not null;
    }

    /// <summary>400: the cursor is not one that this list gave.</summary>
    public static ProblemHttpResult Refused() =>
        Problems.Invalid("after", "'after' is not a cursor of this list: give it back as nextCursor said, with the same sort.");
}
