using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Kanban.Bus.Worker.Workspaces;

/// <summary>One run's hold on a directory of the host, against every other worker of this host that asks. It leaves nothing in the directory, and ends with the process at the latest.</summary>
/// <remarks>Who asks must be alone for a moment, and then holds it together with the run's shim: so the directory stays taken while a worker is restarted.</remarks>
internal sealed class DirectoryLock : IDisposable
{
    private const int ReadOnlyDirectoryCloseOnExec = 0x80000;
    private const int SharedWithoutWaiting = 1 | 4;
    private const int ExclusiveWithoutWaiting = 2 | 4;
    private readonly SafeFileHandle _directory;

    private DirectoryLock(SafeFileHandle directory) => _directory = directory;

    /// <summary>Null while another holds it.</summary>
    /// <exception cref="IOException">The directory can't be opened.</exception>
    public static DirectoryLock? Try(string path) => Try(path, ExclusiveWithoutWaiting);

    /// <summary>For a run that goes on, and whose shim holds it. Null where another one has got in between.</summary>
    /// <exception cref="IOException">The directory can't be opened.</exception>
    public static DirectoryLock? Join(string path) => Try(path, SharedWithoutWaiting);

    private static DirectoryLock? Try(string path, int first)
    {
        var descriptor = Open(path, ReadOnlyDirectoryCloseOnExec, 0);
        if (descriptor < 0)
            throw new IOException($"{path} can't be opened: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
        var directory = new SafeFileHandle(descriptor, ownsHandle: true);
        // The kernel gives up the first hold before it gives the second: another one may come in between.
        if (Lock(directory, first) == 0 && Lock(directory, SharedWithoutWaiting) == 0)
            return new DirectoryLock(directory);
        directory.Dispose();
        return null;
    }

    public void Dispose() => _directory.Dispose();

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, int mode);

    [DllImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static extern int Lock(SafeFileHandle directory, int how);
}
