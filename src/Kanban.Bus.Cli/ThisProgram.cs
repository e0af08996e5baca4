namespace Kanban.Bus.Cli;

/// <summary>This program, as others start it.</summary>
internal static class ThisProgram
{
    /// <summary>Argument vector: itself, or <c>dotnet</c> with its file.</summary>
    public static IReadOnlyList<string> Command { get; } = Environment.ProcessPath is { } process && Path.GetFileNameWithoutExtension(process) != "kanban"
        ? [process, Path.Combine(AppContext.BaseDirectory, "kanban.dll")]
        : [Environment.ProcessPath ?? "kanban"];
}
