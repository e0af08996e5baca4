using System.Text;
using System.Text.Unicode;

namespace Kanban.Bus.Worker.Spool;

/// <summary>What a run wrote may be no UTF-8, which JSON's parser lets pass and its readers do not.</summary>
internal static class ValidText
{
    /// <summary>The same bytes, with U+FFFD for what is no character.</summary>
    public static ReadOnlyMemory<byte> Of(ReadOnlyMemory<byte> text) =>
        Utf8.IsValid(text.Span) ? text : Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(text.Span));
}
