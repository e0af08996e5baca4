using System.Runtime.InteropServices;
using System.Text.Json;
using Kanban.Bus.Cli.Client;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Cli.Inside;

/// <summary>Where a run says how it ends: a file that is there once, whole, and is never replaced. Its worker tells the board when the run's processes are dead.</summary>
internal static class EndingFile
{
    private const int Exists = 17;

    /// <returns>What was said before; null when nothing was.</returns>
    /// <exception cref="UsageException">There is something else in its place.</exception>
    public static Ending? Read(string path)
    {
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize<Ending>(File.ReadAllBytes(path), ClientJson.Wire) : null;
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{path} can't be read: {e.Message}");
        }
    }

    /// <returns>False when another ending was said first.</returns>
    public static bool TryWrite(string path, Ending ending)
    {
        var draft = $"{path}.{Environment.ProcessId}.{Guid.CreateVersion7():N}";
        try
        {
            var create = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                create.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using (var file = new FileStream(draft, create))
            {
                JsonSerializer.Serialize(file, ending, ClientJson.Wire);
                file.Flush(flushToDisk: true);
            }

            // A link, unlike a move, never replaces what is there.
            if (Link(draft, path) == 0)
                return true;
            var error = Marshal.GetLastPInvokeError();
            return error == Exists ? false : throw new IOException(Marshal.GetPInvokeErrorMessage(error));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"The run's end can't be written to {path}: {e.Message}");
        }
        finally
        {
            File.Delete(draft);
        }
    }

    [DllImport("libc", EntryPoint = "link", SetLastError = true)]
    private static extern int Link([MarshalAs(UnmanagedType.LPUTF8Str)] string existing, [MarshalAs(UnmanagedType.LPUTF8Str)] string made);
}
