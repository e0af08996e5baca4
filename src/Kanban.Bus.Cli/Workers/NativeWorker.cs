using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Kanban.Bus.Worker.Hosting;
using Microsoft.Win32.SafeHandles;

namespace Kanban.Bus.Cli.Workers;

/// <summary>The worker that was compiled ahead of time, <c>kanban-worker</c> beside this program.</summary>
internal static class NativeWorker
{
    /// <summary>Names another one, or none: an empty word.</summary>
    private const string Variable = "KANBAN_WORKER_PROGRAM";

    public static string? Program { get; } = Environment.GetEnvironmentVariable(Variable) is { } given
        ? given.Length == 0 ? null : given
        : File.Exists(Beside) ? Beside : null;

    private static string Beside => Path.Combine(AppContext.BaseDirectory, "kanban-worker");

    /// <summary>The process goes on as that program: same pid, same environment, same console. The settings, which hold secrets, go with it in memory.</summary>
    /// <returns>Only when that can't be: why.</returns>
    public static string Become(string program, WorkerOptions options)
    {
        using var settings = new SafeFileHandle(MemoryFile("kanban-worker-settings", 0), ownsHandle: true);
        if (settings.IsInvalid)
            return Marshal.GetLastPInvokeErrorMessage();
        RandomAccess.Write(settings, JsonSerializer.SerializeToUtf8Bytes(options, WorkerOptionsJson.Default.WorkerOptions), 0);
        _ = Execute(program, [program, settings.DangerousGetHandle().ToString(CultureInfo.InvariantCulture), .. ThisProgram.Command, null]);
        return Marshal.GetLastPInvokeErrorMessage();
    }

    [DllImport("libc", EntryPoint = "memfd_create", SetLastError = true)]
    private static extern int MemoryFile([MarshalAs(UnmanagedType.LPStr)] string name, uint flags);

    [DllImport("libc", EntryPoint = "execv", SetLastError = true)]
    private static extern int Execute([MarshalAs(UnmanagedType.LPStr)] string path, [MarshalAs(UnmanagedType.LPArray, ArraySubType = UnmanagedType.LPStr)] string?[] words);
}
