using System.Reflection;

namespace Kanban.Bus.Board.Hosting;

/// <summary>This build's version, as <c>kanban version</c> and the API show it.</summary>
public static class BoardVersion
{
    public static string Text { get; } =
        typeof(BoardVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";
}
