using System.Net;
using System.Text.Json;

namespace Kanban.Bus.Cli.Client;

/// <summary>Reads an answer of 300 and above as RFC 9457 has it, and whatever else answers in the board's place as well as it can.</summary>
internal static class ProblemDocument
{
    public static async Task<Exception> ReadAsync(HttpResponseMessage response, string server, CancellationToken ct)
    {
        var (code, detail, details) = Parse(await response.Content.ReadAsByteArrayAsync(ct));
        var status = response.StatusCode;
        if (status is HttpStatusCode.ServiceUnavailable or HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout)
        {
            var again = response.Headers.RetryAfter?.Delta is { } wait ? $" It asks to be tried again in {wait.TotalSeconds:0} s." : "";
            return new BoardUnreachableException($"The board at {server} can't answer now: {detail ?? $"{(int)status}"}{again}");
        }

        return new BoardRefusalException(status, code, detail ?? Fallback(response, server), details);
    }

    private static (string? Code, string? Detail, IReadOnlyList<string> Details) Parse(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            if (document.RootElement is not { ValueKind: JsonValueKind.Object } problem)
                return (null, null, []);
            var details = new List<string>();
            if (problem.TryGetProperty("errors", out var errors) && errors.ValueKind == JsonValueKind.Array)
            {
                foreach (var error in errors.EnumerateArray())
                    details.Add($"{Text(error, "pointer")}: {Text(error, "detail")}".TrimStart(':', ' '));
            }

            return (Text(problem, "code"), Text(problem, "detail") ?? Text(problem, "title"), details);
        }
        catch (JsonException)
        {
            // Not a problem document: a proxy's page, an empty body. The status says what can be said.
            return (null, null, []);
        }
    }

    private static string? Text(JsonElement of, string name) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string Fallback(HttpResponseMessage response, string server) => response.StatusCode switch
    {
        HttpStatusCode.Unauthorized => $"The board at {server} asks for a token, or does not know this one.",
        HttpStatusCode.Forbidden => $"The board at {server} does not let this token do that.",
        HttpStatusCode.NotFound => $"The board at {server} knows nothing of the kind.",
        var status => $"{server} answered {(int)status} {response.ReasonPhrase}.",
    };
}
