using System.Text;

namespace Kanban.Bus.Worker.Spool;

/// <summary>Files that are there whole or not at all, and that their owner alone may read.</summary>
internal static class AtomicFile
{
    /// <param name="durable">Also after a power cut; costs a disk flush.</param>
    public static void Write(string path, ReadOnlySpan<byte> bytes, bool durable = false)
    {
        var temporary = path + ".tmp";
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        // Never opened: a run may have put a FIFO there.
        File.Delete(temporary);
        using (var file = new FileStream(temporary, options))
        {
            file.Write(bytes);
            file.Flush(flushToDisk: durable);
        }
        File.Move(temporary, path, overwrite: true);
    }

    public static void Write(string path, string text) => Write(path, Encoding.UTF8.GetBytes(text));
}
