using Kanban.Bus.Board.Hosting;

namespace Kanban.Bus.Board.Windows;

/// <summary>The windows of one cap, as the API takes them and a column holds them: <c>; </c> between.</summary>
public static class WindowRules
{
    public const int MaxWindows = 16;

    private const string Between = "; ";

    public static IEnumerable<ProblemError> Faults(IReadOnlyList<string>? windows)
    {
        if (windows?.Count > MaxWindows)
            yield return new("/windows", $"'windows' has {windows.Count}; at most {MaxWindows} are allowed.");
        var known = new List<Window>();
        foreach (var (text, i) in (windows ?? []).Select((text, i) => (text, i)))
        {
            var (window, fault) = WindowText.Read(text ?? "");
            if (window is null)
                yield return new($"/windows/{i}", fault!);
            else if (known.Find(window.IsSameTimeAs) is { } twice)
                yield return new($"/windows/{i}", $"'{window}' is at the same time as '{twice}': one of them is enough.");
            else
                known.Add(window);
        }
    }

    /// <summary>The column, from windows without <see cref="Faults"/>.</summary>
    public static string Column(IReadOnlyList<string>? windows) => string.Join(Between, (windows ?? []).Select(text => WindowText.Read(text).Window));

    /// <summary>As they are shown.</summary>
    public static string[] Split(string column) => column.Split(Between, StringSplitOptions.RemoveEmptyEntries);

    internal static List<Window> Of(string column) =>
        [.. Split(column).Select(text => WindowText.Read(text) is { Window: { } window } ? window : throw new InvalidOperationException($"The window '{text}' can't be read on this host: {WindowText.Read(text).Fault}"))];
}
