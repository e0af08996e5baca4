namespace Kanban.Bus.Worker.Workspaces;

/// <summary>Directories that the worker makes for its owner alone, and removes whatever a run made of them.</summary>
internal static class OwnFolder
{
    internal const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

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

    /// <summary>Gives its owner all rights to a directory, where it is one and no link: to move it takes the right to write.</summary>
    public static void Open(string directory)
    {
        if (new DirectoryInfo(directory) is { Exists: true, LinkTarget: null } there)
            there.UnixFileMode |= OwnerOnly;
    }

    private static void Open(DirectoryInfo directory)
    {
        directory.UnixFileMode |= OwnerOnly;
        foreach (var child in directory.EnumerateDirectories().Where(d => d.LinkTarget is null))
            Open(child);
    }
}
