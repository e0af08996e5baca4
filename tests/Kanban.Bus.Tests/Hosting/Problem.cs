using System.Text.Json;

namespace Kanban.Bus.Tests.Hosting;

/// <summary>A refusal as a client reads it.</summary>
internal sealed record Problem(int Status, string Code, string Detail, string? Pointer)
{
    public static async Task<Problem> ReadAsync(HttpResponseMessage answer)
    {
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var body = JsonSerializer.Deserialize<JsonElement>(await answer.Content.ReadAsStringAsync());
        return new Problem(
            (int)answer.StatusCode,
            body.GetProperty("code").GetString()!,
            body.GetProperty("detail").GetString()!,
            body.TryGetProperty("errors", out var errors) ? errors[0].GetProperty("pointer").GetString() : null);
    }
}
