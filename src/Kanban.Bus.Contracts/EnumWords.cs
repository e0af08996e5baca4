using System.Text.Json;
using System.Text.Json.Serialization;

namespace Kanban.Bus.Contracts;

/// <summary>An enum's values as kebab-case words, never as numbers: what <see cref="Json.Configure"/> says of every enum, said at one. A program that was compiled ahead of time finds it only there.</summary>
public sealed class EnumWords<TEnum>() : JsonStringEnumConverter<TEnum>(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false)
    where TEnum : struct, Enum;
