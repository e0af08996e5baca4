using System.Text;

namespace Kanban.Bus.Board.Artifacts;

/// <summary>What a file's first bytes say it is. Names and what an uploader claims are not asked.</summary>
internal static class ContentKind
{
    public const string Text = "text/plain";
    public const string Other = "application/octet-stream";

    /// <summary>Kinds that a page may show as they are. SVG and HTML are text: they could hold scripts.</summary>
    public static string Of(ReadOnlySpan<byte> head) =>
        head.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]) ? "image/png"
        : head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) ? "image/jpeg"
        : head.StartsWith("GIF87a"u8) || head.StartsWith("GIF89a"u8) ? "image/gif"
        : head.StartsWith("RIFF"u8) && head.Length > 12 && head[8..].StartsWith("WEBP"u8) ? "image/webp"
        : IsText(head) ? Text : Other;

    public static bool IsImage(string contentType) => contentType.StartsWith("image/", StringComparison.Ordinal);

    private static bool IsText(ReadOnlySpan<byte> head)
    {
        while (head.Length > 0)
        {
            var status = Rune.DecodeFromUtf8(head, out var rune, out var used);
            if (status == System.Buffers.OperationStatus.NeedMoreData)
                return head.Length < 4;
            if (status != System.Buffers.OperationStatus.Done || rune.Value is < 0x20 and not ('\t' or '\n' or '\r' or '\f' or 0x1B))
                return false;
            head = head[used..];
        }
        return true;
    }
}
