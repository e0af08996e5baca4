namespace Kanban.Bus.Cli.Contexts;

/// <summary>Where this user's files belong (XDG base directories), and how a secret is written.</summary>
internal static class Folders
{
    public static string Config(Func<string, string?> environment) =>
        environment("XDG_CONFIG_HOME") ?? Path.Combine(Home(environment), ".config");

    public static string Data(Func<string, string?> environment) =>
        environment("XDG_DATA_HOME") ?? Path.Combine(Home(environment), ".local", "share");

    public static string State(Func<string, string?> environment) =>
        environment("XDG_STATE_HOME") ?? Path.Combine(Home(environment), ".local", "state");

    /// <summary>Writes a file that only its owner can read, in one rename; its folder too is the owner's alone if it is new.</summary>
    public static void WriteSecret(string path, string content)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        var draft = Path.Combine(folder, $".{Path.GetFileName(path)}.{Environment.ProcessId}.{Guid.CreateVersion7():N}");
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var writer = new StreamWriter(draft, options))
            writer.Write(content);
        File.Move(draft, path, overwrite: true);
    }

    private static string Home(Func<string, string?> environment) =>
        environment("HOME") ?? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
}
