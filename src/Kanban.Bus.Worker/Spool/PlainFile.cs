using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Kanban.Bus.Worker.Spool;

/// <summary>Opens files of a run's directory, where the run may have put anything in a file's place: no link is followed, a FIFO keeps nobody waiting, a device is not read.</summary>
internal static class PlainFile
{
    private const int NoEntry = 2;
    private const int WriteOnly = 0x1;
    private const int Create = 0x40;
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;
    private const int KeepSize = 0x1;
    private const int PunchHole = 0x2;
    private static readonly int NoFollow = RuntimeInformation.OSArchitecture is Architecture.Arm or Architecture.Arm64 ? 0x8000 : 0x20000;

    /// <summary>Null when there is none.</summary>
    /// <exception cref="IOException">It is something else than a plain file, or may not be read.</exception>
    public static SafeFileHandle? OpenRead(string path)
    {
        if (Open(path, 0) is not { } file)
            return null;
        // Reading at a place is what FIFOs, terminals and directories refuse.
        if (ReadAt(file, out _, 1, 0) >= 0)
            return file;
        file.Dispose();
        throw new IOException($"{path} is no plain file");
    }

    /// <summary>Opens it, or makes it for its owner alone, to write.</summary>
    /// <exception cref="IOException">It is something else than a plain file, or may not be written.</exception>
    public static SafeFileHandle OpenWrite(string path)
    {
        var file = Open(path, WriteOnly | Create) ?? throw new DirectoryNotFoundException($"{path}: its directory is gone");
        // A FIFO that somebody reads can be opened, and has no places to write at.
        if (Seek(file, 0, 0) >= 0)
            return file;
        file.Dispose();
        throw new IOException($"{path} is no plain file");
    }

    /// <summary>Null when there is none.</summary>
    /// <param name="most">A run may make a file as long as it likes, which takes no disk.</param>
    /// <exception cref="IOException">As <see cref="OpenRead"/>, or it is longer than that.</exception>
    public static byte[]? ReadAllBytes(string path, long most = 1L << 30)
    {
        using var file = OpenRead(path);
        if (file is null)
            return null;
        var length = RandomAccess.GetLength(file);
        if (length > most)
            throw new IOException($"{path} has {length:N0} bytes; {most:N0} are allowed");
        var bytes = new byte[length];
        var read = 0;
        for (int more; read < bytes.Length && (more = RandomAccess.Read(file, bytes.AsSpan(read), read)) > 0; read += more)
        {
            // All that was there when it was opened.
        }
        return bytes[..read];
    }

    /// <inheritdoc cref="ReadAllBytes"/>
    public static string? ReadAllText(string path) => ReadAllBytes(path) is { } bytes ? System.Text.Encoding.UTF8.GetString(bytes) : null;

    /// <summary>Gives a stretch of a file back to the disk; it reads as zeros then, and the file is as long as before.</summary>
    /// <returns>False where the file system can't.</returns>
    public static bool TryPunch(SafeFileHandle file, long offset, long length) =>
        Allocate(file, PunchHole | KeepSize, offset, length) == 0;

    private static SafeFileHandle? Open(string path, int how)
    {
        var descriptor = Open(path, how | NonBlocking | NoFollow | CloseOnExec, 0b110_000_000);
        if (descriptor >= 0)
            return new SafeFileHandle(descriptor, ownsHandle: true);
        var error = Marshal.GetLastPInvokeError();
        return error == NoEntry ? null : throw new IOException($"{path} can't be opened: {Marshal.GetPInvokeErrorMessage(error)}");
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, int mode);

    [DllImport("libc", EntryPoint = "pread", SetLastError = true)]
    private static extern nint ReadAt(SafeFileHandle file, out byte first, nint count, nint offset);

    [DllImport("libc", EntryPoint = "lseek", SetLastError = true)]
    private static extern long Seek(SafeFileHandle file, long offset, int from);

    [DllImport("libc", EntryPoint = "fallocate", SetLastError = true)]
    private static extern int Allocate(SafeFileHandle file, int mode, long offset, long length);
}
