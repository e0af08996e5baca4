using System.Collections;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Kanban.Bus.Worker.Hosting;

/// <summary>Refuses keys of the section <c>Worker</c> that don't exist, at any depth: a slip of the pen would otherwise be a limit or an allow-list that does not hold.</summary>
[RequiresUnreferencedCode(Why)]
internal sealed class UnknownWorkerKeys(IConfigurationSection section) : IValidateOptions<WorkerOptions>
{
    internal const string Why = "It looks the settings' properties up by their names.";

    public ValidateOptionsResult Validate(string? name, WorkerOptions options)
    {
        var unknown = In(section, typeof(WorkerOptions)).ToList();
        return unknown.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(unknown);
    }

    internal static IEnumerable<string> In(IConfigurationSection at, Type type)
    {
        if (ValueOf(type) is { } value)
            return at.GetChildren().SelectMany(child => In(child, value));
        if (type == typeof(string) || !type.IsClass)
            return at.GetChildren().Any() ? [$"{at.Path} has keys below it; it takes one value."] : [];
        if (typeof(IEnumerable).IsAssignableFrom(type))
            return at.Value is { Length: > 0 } text ? [$"{at.Path} is '{text}'; it takes a list: one word an entry."] : [];

        var known = type.GetProperties().Where(p => p.GetMethod!.IsPublic).ToDictionary(p => p.Name, p => p.PropertyType, StringComparer.OrdinalIgnoreCase);
        return at.GetChildren().SelectMany(child => known.TryGetValue(child.Key, out var below)
            ? In(child, Nullable.GetUnderlyingType(below) ?? below)
            : [$"{child.Path} is no setting; known are {string.Join(", ", known.Keys.Order(StringComparer.Ordinal))}."]);
    }

    /// <summary>What the entries of a dictionary are; null for anything else.</summary>
    private static Type? ValueOf(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Dictionary<,>) ? type.GetGenericArguments()[1] : null;
}
