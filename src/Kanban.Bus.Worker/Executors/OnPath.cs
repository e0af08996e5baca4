namespace Kanban.Bus.Worker.Executors;

/// <summary>Where this host has a program.</summary>
internal static class OnPath
{
    /// <summary>The whole path of a program by its name, or of a path that is one; null when there is none that may be executed.</summary>
    public static string? Find(string program, string? path = null)
    {
        if (program.Contains('/'))
            return MayRun(program) ? Path.GetFullPath(program) : null;
        return (path ?? Environment.GetEnvironmentVariable("PATH") ?? "/usr/local/bin:/usr/bin:/bin")
            .Split(':', StringSplitOptions.RemoveEmptyEntries).Select(folder => Path.Combine(folder, program)).FirstOrDefault(MayRun);
    }

    private static bool MayRun(string file) =>
        File.Exists(file) && (File.GetUnixFileMode(file) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0;
}
