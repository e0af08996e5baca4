using System.Text.Json;

namespace Kanban.Bus.Tests.Hosting;

/// <summary>A refusal as a client reads it.</summary>
internal sealed record Problem(int Status, string Code, string Detail, string? Pointer)
{
    public static async Task<Problem> ReadAsync(HttpResponseMessage answer)
    {
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
        return new Problem(
            (int)answer.StatusCode,
            body.GetProperty("code").GetString()!,
            body.GetProperty("detail").GetString()!,
            body.TryGetProperty("errors", out var errors) ? errors[0].GetProperty("pointer").GetString() : null);
    }
}
