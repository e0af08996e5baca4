namespace Kanban.Bus.Worker.Workspaces;

/// <summary>A fresh directory per run with a home and a place for temporary files of its own, removed with the run.</summary>
internal static class ScratchWorkspace
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public static string Home(string workspace) => Path.Combine(workspace, ".home");

    public static string Temporary(string workspace) => Path.Combine(workspace, ".tmp");

    public static void Create(string workspace)
    {
        Directory.CreateDirectory(workspace, OwnerOnly);
        Directory.CreateDirectory(Home(workspace), OwnerOnly);
        Directory.CreateDirectory(Temporary(workspace), OwnerOnly);
    }

    /// <summary>Removes a directory and all in it. Links are removed, never followed; directories that the run made read-only are opened first.</summary>
    public static void Remove(string directory)
    {
        if (!Directory.Exists(directory))
            return;
        try
        {
            Directory.Delete(directory, recursive: true);
        }
        catch (UnauthorizedAccessException)
        {
            Open(new DirectoryInfo(directory));
            Directory.Delete(directory, recursive: true);
        }
    }

    private static void Open(DirectoryInfo directory)
    {
        directory.UnixFileMode |= OwnerOnly;
        foreach (var child in directory.EnumerateDirectories().Where(d => d.LinkTarget is null))
            Open(child);
    }
}
