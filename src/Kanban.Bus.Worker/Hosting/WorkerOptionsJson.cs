using System.Text.Json.Serialization;

namespace Kanban.Bus.Worker.Hosting;

/// <summary>A worker's settings, from the program that has read and checked them to the one that is the worker.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata, PreferredObjectCreationHandling = JsonObjectCreationHandling.Populate)]
[JsonSerializable(typeof(WorkerOptions))]
public sealed partial class WorkerOptionsJson : JsonSerializerContext;
