using System.Text.Json;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Kanban.Bus.Board.Storage;

/// <summary>Stores an enum as the word the API uses for it (<c>not-eligible</c>), so that SQL and JSON read alike.</summary>
public sealed class WordConverter<T>() : ValueConverter<T, string>(value => Words.Of(value), word => Words.Parse<T>(word))
    where T : struct, Enum;

/// <summary>Enum values as kebab-case words.</summary>
public static class Words
{
    public static string Of<T>(T value) where T : struct, Enum => Cache<T>.ToWord[value];

    public static T Parse<T>(string word) where T : struct, Enum =>
        Cache<T>.ToValue.TryGetValue(word, out var value)
            ? value
            : throw new FormatException($"'{word}' is not one of {string.Join(", ", Cache<T>.ToValue.Keys)}.");

    public static bool TryParse<T>(string word, out T value) where T : struct, Enum => Cache<T>.ToValue.TryGetValue(word, out value);

    public static IEnumerable<string> All<T>() where T : struct, Enum => Cache<T>.ToValue.Keys;

    private static class Cache<T> where T : struct, Enum
    {
        public static readonly Dictionary<T, string> ToWord =
            Enum.GetValues<T>().ToDictionary(v => v, v => JsonNamingPolicy.KebabCaseLower.ConvertName(v.ToString()));

        public static readonly Dictionary<string, T> ToValue = ToWord.ToDictionary(p => p.Value, p => p.Key);
    }
}
