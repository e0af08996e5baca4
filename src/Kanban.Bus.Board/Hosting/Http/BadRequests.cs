using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kanban.Bus.Board.Hosting;

/// <summary>Says in a sentence what could not be read of a request, and where.</summary>
internal static partial class BadRequests
{
    private static readonly Assembly Contracts = typeof(Contracts.Limits).Assembly;

    public static ProblemHttpResult Explain(HttpContext context, BadHttpRequestException error) => error switch
    {
        { StatusCode: 413 } => TooLarge(context),
        { StatusCode: 415 } => Problems.Of(415, "unsupported-media-type", "Send the body as application/json."),
        { InnerException: JsonException json } => Explain(json),
        _ when Parameter().Match(error.Message) is { Success: true } match => Problems.Invalid(
            NameOf(match), $"{NameOf(match)} is '{match.Groups["value"].Value}', which is not {Kind(match.Groups["type"].Value)}."),
        _ when error.Message.Contains("no body was provided", StringComparison.Ordinal) => Problems.Invalid("", "This call needs a JSON body."),
        _ => Problems.Of(error.StatusCode, "invalid", error.Message),
    };

    public static ProblemHttpResult TooLarge(HttpContext context)
    {
        var most = context.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize ?? RequestSizes.Usual;
        return Problems.TooLarge("", $"The body is larger than {(most / 1024).ToString(CultureInfo.InvariantCulture)} KiB, the most that this call takes.");
    }

    private static ProblemHttpResult Explain(JsonException error)
    {
        var at = PointerOf(error.Path);
        if (UnknownMember().Match(error.Message) is { Success: true } unknown)
        {
            var name = unknown.Groups["name"].Value;
            var pointer = at.EndsWith('/' + name, StringComparison.Ordinal) ? at : at + '/' + name;
            return Problems.Of(400, "unknown-field", Sentence(unknown.Groups["type"].Value, name), [new ProblemError(pointer, Sentence(unknown.Groups["type"].Value, name))]);
        }
        if (Twice().Match(error.Message) is { Success: true } twice)
            return Problems.Invalid(at, $"{twice.Groups["name"].Value} is given twice: say it once.");
        if (Missing().Match(error.Message) is { Success: true } missing)
        {
            var names = Quoted().Matches(missing.Groups["names"].Value).Select(m => m.Groups[1].Value);
            return Problems.Invalid([.. names.Select(name => new ProblemError($"{at}/{name}", $"{name} is missing."))]);
        }
        var field = at.Length == 0 ? "The body" : at[(at.LastIndexOf('/') + 1)..];
        if (WrongType().Match(error.Message) is { Success: true } wrong)
            return Problems.Invalid(at, $"{field} is not {Kind(Within(wrong.Groups["type"].Value, at))}.");
        if (error.Message.Contains(ZonedTimeConverter.NoZone, StringComparison.Ordinal))
            return Problems.Invalid(at, $"{field} {Detail().Replace(error.Message, "")}");
        if (error.Message.Contains("doesn't allow", StringComparison.Ordinal) && error.Message.Contains("null values", StringComparison.Ordinal))
            return Problems.Invalid(at, $"{field} is null, which is not allowed.");
        return Problems.Invalid(at, $"The body is not the JSON that was expected: {Detail().Replace(error.Message, "")}");
    }

    /// <summary>As it stands in the query: where a record binds it, the framework has the name of the record's property.</summary>
    private static string NameOf(Match match) => JsonNamingPolicy.CamelCase.ConvertName(match.Groups["name"].Value);

    private static string Sentence(string typeName, string given)
    {
        var fields = TypeOf(typeName)?.GetProperties().Select(p => JsonNamingPolicy.CamelCase.ConvertName(p.Name)).ToList() ?? [];
        var nearest = Nearest.To(given, fields);
        return $"There is no field '{given}' here." + (nearest is not null ? Nearest.Hint(nearest) : fields.Count > 0 ? $" The fields are {string.Join(", ", fields)}." : "");
    }

    /// <summary><c>$.tasks[3].lane</c> as <c>/tasks/3/lane</c>.</summary>
    private static string PointerOf(string? path) =>
        path is null or "$" ? "" : PathStep().Replace(path, m => m.Groups["index"].Success ? '/' + m.Groups["index"].Value : m.Groups["quoted"].Success ? '/' + m.Groups["quoted"].Value : "/" + m.Groups["name"].Value)[1..];

    /// <summary>The reader names the type of some object above the field: find the one whose fields the pointer's end follows, and go down to the field's own.</summary>
    private static string Within(string typeName, string pointer)
    {
        if (TypeOf(typeName) is not { IsEnum: false } named)
            return typeName;
        var steps = pointer.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var type = Enumerable.Range(0, steps.Length).Select(above => Follow(named, steps[above..])).FirstOrDefault(t => t is not null);
        return type is null ? typeName : type.IsGenericType ? type.Name : type.FullName!;
    }

    private static Type? Follow(Type type, string[] steps)
    {
        foreach (var step in steps)
        {
            var next = step.All(char.IsAsciiDigit) && type.IsGenericType
                ? type.GetGenericArguments()[^1]
                : type.GetProperties().FirstOrDefault(p => string.Equals(p.Name, step, StringComparison.OrdinalIgnoreCase))?.PropertyType;
            if (next is null)
                return null;
            type = Nullable.GetUnderlyingType(next) ?? next;
        }
        return type;
    }

    /// <summary>What a type looks like to somebody who writes JSON or a query.</summary>
    private static string Kind(string typeName)
    {
        var inner = Generic().Match(typeName) is { Success: true } generic ? generic.Groups[1].Value : typeName.TrimEnd('?');
        if (TypeOf(inner) is { IsEnum: true } words)
            return "one of " + string.Join(", ", Enum.GetNames(words).Select(JsonNamingPolicy.KebabCaseLower.ConvertName));
        return inner[(inner.LastIndexOf('.') + 1)..] switch
        {
            "Int32" or "Int64" or "int" or "long" => "a whole number",
            "Double" or "double" => "a number",
            "Boolean" or "bool" => "true or false",
            "String" or "string" => "a text",
            "Guid" => "an id (UUID)",
            "DateTimeOffset" => "a time such as 2027-01-31T12:00:00Z",
            _ when typeName.Contains("IReadOnlyList", StringComparison.Ordinal) => "a list",
            _ => "of the form that is expected here",
        };
    }

    private static Type? TypeOf(string name) => Contracts.GetType(name) ?? typeof(BadRequests).Assembly.GetType(name) ?? Array.Find(Contracts.GetTypes(), t => t.Name == name);

    [GeneratedRegex("^The JSON property '(?<name>[^']*)' could not be mapped to any .NET member contained in type '(?<type>[^']*)'")]
    private static partial Regex UnknownMember();

    [GeneratedRegex("was missing required properties including: (?<names>.*?)(?: Path:|$)")]
    private static partial Regex Missing();

    [GeneratedRegex("^Duplicate property '(?<name>[^']*)'")]
    private static partial Regex Twice();

    [GeneratedRegex("'([^']+)'")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"could not be converted to (?<type>\S+?)\.(?: |$)")]
    private static partial Regex WrongType();

    [GeneratedRegex(@"^Failed to bind parameter ""(?<type>\S+) (?<name>\w+)"" from ""(?<value>[^""]{0,80})")]
    private static partial Regex Parameter();

    [GeneratedRegex(@"\[(?<index>\d+)\]|\['(?<quoted>[^']*)'\]|\.(?<name>[^.\[]+)|^\$")]
    private static partial Regex PathStep();

    [GeneratedRegex(@"^(?:System\.Nullable`1\[|Nullable<)(.+)[\]>]$")]
    private static partial Regex Generic();

    /// <summary>The reader's own place, which the pointer says better.</summary>
    [GeneratedRegex(@" ?(?:Path: .*)?\|? ?LineNumber: \d+ \| BytePositionInLine: \d+\.?")]
    private static partial Regex Detail();
}
