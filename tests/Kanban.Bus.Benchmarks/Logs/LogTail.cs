using System.Collections.Concurrent;
using System.Globalization;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Benchmarks.Logs;

/// <summary>A viewer of a run whose lines are the times at which they were written, in seconds.</summary>
internal static class LogTail
{
    private static readonly ConcurrentQueue<double> Took = new();

    /// <summary>Of each line since <see cref="Clear"/>, from its writing to its coming.</summary>
    public static IReadOnlyCollection<double> Milliseconds => [.. Took];

    public static void Clear() => Took.Clear();

    public static async Task FollowAsync(HttpClient board, Guid run, CancellationToken ct)
    {
        try
        {
            using var answer = await board.GetAsync(new Uri($"runs/{run}/log/stream?stream=stdout", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, ct);
            answer.EnsureSuccessStatusCode();
            await using var body = await answer.Content.ReadAsStreamAsync(ct);
            var rest = "";
            await foreach (var item in SseParser.Create(body).EnumerateAsync(ct))
            {
                if (item.EventType != "log")
                    continue;
                var now = (TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds;
                rest += Encoding.ASCII.GetString(JsonSerializer.Deserialize<LogChunkView>(item.Data, Json.Client)!.Data);
                var lines = rest.Split('\n');
                rest = lines[^1];
                foreach (var line in lines[..^1])
                    Took.Enqueue((now - double.Parse(line, CultureInfo.InvariantCulture)) * 1000);
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // All was measured.
        }
    }
}
