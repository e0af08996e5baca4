namespace Kanban.Bus.Board.Hosting;

/// <summary>The folder of the board's own files.</summary>
public static class BoardHome
{
    /// <summary>Makes it, for its owner alone, when it is not there.</summary>
    public static void Create(string home)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(home);
        else
            Directory.CreateDirectory(home, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
