using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Kanban.Bus.Worker.Workspaces;

/// <summary>One run's hold on a directory of the host, against every other worker of this host that asks. It leaves nothing in the directory, and ends with the process at the latest.</summary>
internal sealed class DirectoryLock : IDisposable
{
    private const int ReadOnlyDirectoryCloseOnExec = 0x80000;
    private const int ExclusiveWithoutWaiting = 2 | 4;
    private readonly SafeFileHandle _directory;

    private DirectoryLock(SafeFileHandle directory) => _directory = directory;

    /// <summary>Null while another holds it.</summary>
    /// <exception cref="IOException">The directory can't be opened.</exception>
    public static DirectoryLock? Try(string path)
    {
        var descriptor = Open(path, ReadOnlyDirectoryCloseOnExec, 0);
        if (descriptor < 0)
            throw new IOException($"{path} can't be opened: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
        var directory = new SafeFileHandle(descriptor, ownsHandle: true);
        if (Lock(directory, ExclusiveWithoutWaiting) == 0)
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
