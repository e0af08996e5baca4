using System.Runtime.InteropServices;

namespace Kanban.Bus.Worker.Workspaces;

/// <summary>Paths with every link in them followed, as the kernel would.</summary>
internal static class RealPath
{
    /// <summary>Null when there is nothing at it.</summary>
    public static string? Of(string path)
    {
        var resolved = Resolve(path, 0);
        if (resolved == 0)
            return null;
        try
        {
            return Marshal.PtrToStringUTF8(resolved);
        }
        finally
        {
            Free(resolved);
        }
    }

    [DllImport("libc", EntryPoint = "realpath")]
    private static extern nint Resolve([MarshalAs(UnmanagedType.LPUTF8Str)] string path, nint buffer);

    [DllImport("libc", EntryPoint = "free")]
    private static extern void Free(nint memory);
}
