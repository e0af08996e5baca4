using Kanban.Bus.Cli.Client;

namespace Kanban.Bus.Cli.Tasks;

/// <summary>What <c>task add</c> and <c>task edit</c> read alike.</summary>
internal static class TaskBody
{
    /// <summary>The body as text, from a file or from standard input; null when none is given.</summary>
    public static async Task<string?> ReadAsync(Call call, string? text, string? file, CancellationToken ct)
    {
        if (text is not null && file is not null)
            throw new UsageException("--body and --body-file can't both be given.");
        if (file is null)
            return text;
        if (file is "-")
            return await call.Terminal.In.ReadToEndAsync(ct);
        try
        {
            return await File.ReadAllTextAsync(file, ct);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--body-file {file} can't be read: {e.Message}");
        }
    }

    public static DateTimeOffset Instant(string option, string text, TimeProvider clock) => Times.Instant(text, clock)
        ?? throw new UsageException($"{option} takes a time such as 2026-05-01T08:00Z or +15m; not '{text}'.");
}
