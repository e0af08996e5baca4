using System.Text.Json;

namespace Kanban.Bus.Cli;

/// <summary>Enums as the API writes them: <c>TimedOut</c> is <c>timed-out</c>.</summary>
internal static class Words
{
    public static string Of<T>(T value) where T : struct, Enum => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());

    public static string[] All<T>() where T : struct, Enum => [.. Enum.GetValues<T>().Select(Of)];

    /// <returns>Null when no value has that word.</returns>
    public static T? Parse<T>(string word) where T : struct, Enum
    {
        foreach (var value in Enum.GetValues<T>())
        {
            if (string.Equals(Of(value), word.Trim(), StringComparison.OrdinalIgnoreCase))
                return value;
        }

        return null;
    }
}
