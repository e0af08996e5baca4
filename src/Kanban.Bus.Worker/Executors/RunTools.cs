using Kanban.Bus.Worker.Spool;

namespace Kanban.Bus.Worker.Executors;

/// <summary>Puts the command <c>kanban</c> where runs find it: the same program, and so the same version, as the worker that holds them.</summary>
internal static class RunTools
{
    private const string Name = "kanban";

    /// <summary>What makes it the MCP server of a run, by the run's variables.</summary>
    public static readonly string[] McpWords = ["mcp", "serve"];

    /// <summary>Argument vector of the command; null where this process does not come with it.</summary>
    public static IReadOnlyList<string>? Command { get; set; } = Beside();

    /// <summary>Writes the command into a folder of the worker's home.</summary>
    /// <returns>The folder, for the front of each run's PATH; null where this process does not come with the command.</returns>
    public static string? Install(string home)
    {
        if (Command is not { } command)
            return null;
        var folder = Path.Combine(home, "bin");
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, Name);
        AtomicFile.Write(path, $"#!/bin/sh\n# Written by the worker at its start.\nexec {string.Join(' ', command.Select(Quoted))} \"$@\"\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return folder;
    }

    /// <summary>The command in that folder.</summary>
    public static string? In(string? folder) => folder is null ? null : Path.Combine(folder, Name);

    private static IReadOnlyList<string>? Beside()
    {
        var beside = Path.Combine(AppContext.BaseDirectory, Name);
        var self = Environment.ProcessPath;
        if (self is not null && Path.GetFileNameWithoutExtension(self) == Name)
            return [self];
        if (File.Exists(beside))
            return [beside];
        return self is not null && Path.GetFileName(self) == "dotnet" && File.Exists(beside + ".dll") ? [self, beside + ".dll"] : null;
    }

    /// <summary>One word of a shell's line.</summary>
    public static string Quoted(string word) => "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
}
