using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Kanban.Bus.Worker.Spool;

/// <summary>A run's standard input that the worker goes on writing to. Nothing written is lost while the run lives: the shim keeps it open, whatever becomes of the worker.</summary>
internal sealed class Fifo : IDisposable
{
    private const int Interrupted = 4;
    private const int TryAgain = 11;
    private const int ReadWrite = 0x2;
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;

    /// <summary>F_SETPIPE_SZ: the room is the kernel's to give, and what it gives is enough.</summary>
    private const int SetSize = 1031;

    private const int WantedBytes = 1024 * 1024;

    private readonly SafeFileHandle _file;
    private readonly Queue<byte[]> _waiting = new();
    private int _written;

    /// <exception cref="IOException">It is gone.</exception>
    public Fifo(string path)
    {
        // To read as well: there may be no reader yet, and that must not be waited for.
        var descriptor = Open(path, ReadWrite | NonBlocking | CloseOnExec, 0);
        if (descriptor < 0)
            throw new IOException($"{path} can't be opened: {Marshal.GetLastPInvokeErrorMessage()}");
        _file = new SafeFileHandle(descriptor, ownsHandle: true);
        _ = Control(_file, SetSize, WantedBytes);
    }

    /// <exception cref="IOException">It can't be made.</exception>
    public static void Create(string path)
    {
        if (Make(path, 0b110_000_000) != 0)
            throw new IOException($"{path} can't be made: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    /// <summary>Writes it now, or as soon as there is room; the rest goes out with the next call.</summary>
    /// <param name="text">Null to go on with what waits.</param>
    public void Send(byte[]? text = null)
    {
        if (text is { Length: > 0 })
            _waiting.Enqueue(text);
        while (_waiting.TryPeek(out var next))
        {
            var rest = next.AsSpan(_written).ToArray();
            var count = Write(_file, rest, rest.Length);
            if (count < 0)
            {
                var error = Marshal.GetLastPInvokeError();
                if (error == Interrupted)
                    continue;
                if (error == TryAgain)
                    return;
                throw new IOException($"the run's standard input can't be written: {Marshal.GetPInvokeErrorMessage(error)}");
            }
            _written += (int)count;
            if (_written < next.Length)
                continue;
            _waiting.Dequeue();
            _written = 0;
        }
    }

    public void Dispose() => _file.Dispose();

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, int mode);

    [DllImport("libc", EntryPoint = "mkfifo", SetLastError = true)]
    private static extern int Make([MarshalAs(UnmanagedType.LPUTF8Str)] string path, uint mode);

    [DllImport("libc", EntryPoint = "write", SetLastError = true)]
    private static extern nint Write(SafeFileHandle file, byte[] bytes, nint count);

    [DllImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static extern int Control(SafeFileHandle file, int command, int value);
}
