using Kanban.Bus.Cli.Client;
using Microsoft.Extensions.Configuration;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Kanban.Bus.Cli.Settings;

/// <summary>Settings from a file, the environment (<c>KANBAN__Storage__Provider</c>) and flags; the later ones win.</summary>
internal static class SettingsFile
{
    private const string WorkerSection = "Worker";

    /// <param name="file">JSON, or YAML by its ending; null reads <c>./kanban.json</c> where there is one.</param>
    public static IConfigurationRoot Read(string? file, IEnumerable<KeyValuePair<string, string?>> flags)
    {
        var builder = new ConfigurationBuilder();
        if (file is null)
            builder.AddJsonFile(Path.GetFullPath("kanban.json"), optional: true);
        else if (!File.Exists(file))
            throw new UsageException($"The settings file {file} does not exist.");
        else if (Path.GetExtension(file) is ".yaml" or ".yml")
            builder.AddInMemoryCollection(Yaml(file));
        else
            builder.AddJsonFile(Path.GetFullPath(file));
        try
        {
            return builder.AddEnvironmentVariables("KANBAN__").AddInMemoryCollection(flags).Build();
        }
        catch (InvalidDataException e)
        {
            throw new UsageException($"{e.Message} {e.InnerException?.Message}".TrimEnd());
        }
    }

    /// <summary>What is meant for a board: all but the worker's section, which a file for one host may hold too.</summary>
    public static IConfigurationRoot ForBoard(IConfiguration settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.AsEnumerable().Where(pair => pair.Value is not null && !IsWorkers(pair.Key)))
        .Build();

    private static bool IsWorkers(string key) =>
        key.Equals(WorkerSection, StringComparison.OrdinalIgnoreCase) || key.StartsWith(WorkerSection + ":", StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<KeyValuePair<string, string?>> Yaml(string file)
    {
        var stream = new YamlStream();
        try
        {
            using var reader = new StreamReader(file);
            stream.Load(reader);
        }
        catch (YamlException e)
        {
            throw new UsageException($"The settings file {file} can't be read, line {e.Start.Line}: {e.Message}");
        }

        return stream.Documents.Count == 0 ? [] : Flat("", stream.Documents[0].RootNode);
    }

    private static IEnumerable<KeyValuePair<string, string?>> Flat(string at, YamlNode node)
    {
        var prefix = at.Length == 0 ? "" : at + ":";
        return node switch
        {
            YamlMappingNode map => map.Children.SelectMany(child => Flat(prefix + ((YamlScalarNode)child.Key).Value, child.Value)),
            YamlSequenceNode list => list.Children.SelectMany((child, index) => Flat($"{prefix}{index}", child)),
            YamlScalarNode scalar => [new(at, scalar.Value)],
            _ => [],
        };
    }
}
