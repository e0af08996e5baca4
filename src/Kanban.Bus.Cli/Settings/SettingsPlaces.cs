using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Kanban.Bus.Cli.Settings;

/// <summary>Where a key stands in a settings file, for messages about it.</summary>
internal static class SettingsPlaces
{
    /// <summary>The same sentences, each that begins with a key of the file followed by the file and line of that key.</summary>
    /// <param name="file">YAML; of other files no lines are known.</param>
    public static string Point(string? file, string sentences)
    {
        if (file is null || Path.GetExtension(file) is not (".yaml" or ".yml"))
            return sentences;
        var lines = Lines(file);
        return string.Join('\n', sentences.Split('\n').Select(sentence => lines
            .Where(place => sentence.StartsWith(place.Key, StringComparison.OrdinalIgnoreCase) && sentence[place.Key.Length..] is [' ' or ':', ..])
            .OrderByDescending(place => place.Key.Length)
            .Select(place => $"{sentence} ({file}, line {place.Value})").FirstOrDefault() ?? sentence));
    }

    private static Dictionary<string, long> Lines(string file)
    {
        var stream = new YamlStream();
        using var reader = new StreamReader(file);
        try
        {
            stream.Load(reader);
        }
        catch (YamlException)
        {
            // Whoever reads the settings has said so.
            return [];
        }
        var lines = new Dictionary<string, long>(StringComparer.OrdinalIgnoreCase);
        if (stream.Documents.Count > 0)
            Note("", stream.Documents[0].RootNode, lines);
        return lines;
    }

    private static void Note(string at, YamlNode node, Dictionary<string, long> lines)
    {
        if (node is not YamlMappingNode map)
            return;
        foreach (var (key, value) in map.Children)
        {
            var path = at.Length == 0 ? $"{key}" : $"{at}:{key}";
            lines[path] = key.Start.Line;
            Note(path, value, lines);
        }
    }
}
