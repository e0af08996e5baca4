using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Cli.Client;

/// <summary>Which events are asked for. Absent fields filter nothing.</summary>
internal sealed record EventFilter(string? Task = null, string? Board = null, string? Type = null);

/// <summary>Which part of a log is asked for: all of it, or one stream from a byte on.</summary>
internal readonly record struct LogPart(string? Stream, long Offset);

internal sealed partial class BoardClient
{
    /// <summary>A stream says at least <c>ping</c> every 15 s; this long without a word means that the connection is dead.</summary>
    private static readonly TimeSpan StreamSilence = TimeSpan.FromSeconds(45);

    /// <summary>Stored events, oldest first, after the cursor.</summary>
    public Task<Page<EventView>> EventsAsync(EventFilter filter, string? after, int limit, CancellationToken ct) =>
        GetAsync<Page<EventView>>("events" + Query(
            ("task", filter.Task), ("board", filter.Board), ("type", filter.Type), ("after", after), ("limit", $"{limit}")), ct);

    /// <summary>Events as they happen, over one connection. Ends, or throws, when the connection does.</summary>
    /// <param name="opened">Called once the board has accepted the stream: what happens from here on will be seen.</param>
    public async IAsyncEnumerable<EventView> EventStreamAsync(
        EventFilter filter, string? after, Action? opened, [EnumeratorCancellation] CancellationToken ct)
    {
        var path = "events/stream" + Query(("task", filter.Task), ("board", filter.Board), ("type", filter.Type), ("after", after));
        await foreach (var item in ReadStreamAsync(path, opened, ct))
        {
            if (item.EventType.Contains('.', StringComparison.Ordinal))
                yield return JsonSerializer.Deserialize<EventView>(item.Data, ClientJson.Wire)!;
        }
    }

    /// <summary>One page of a run's log, in the order the board received it.</summary>
    public Task<Page<LogChunkView>> LogChunksAsync(Guid run, long after, LogPart part, CancellationToken ct) =>
        GetAsync<Page<LogChunkView>>($"runs/{run}/log/chunks" + After(after, part), ct);

    /// <summary>A run's log as it grows. The last item is a <see cref="LogEnd"/> when the run is over and all was sent; without it the connection broke.</summary>
    public async IAsyncEnumerable<object> LogStreamAsync(Guid run, long after, LogPart part, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var item in ReadStreamAsync($"runs/{run}/log/stream" + After(after, part), null, ct))
        {
            if (item.EventType == "log")
                yield return JsonSerializer.Deserialize<LogChunkView>(item.Data, ClientJson.Wire)!;
            if (item.EventType != "end")
                continue;
            yield return JsonSerializer.Deserialize<LogEnd>(item.Data, ClientJson.Wire)!;
            yield break;
        }
    }

    private static string After(long after, LogPart part) =>
        Query(("after", $"{after}"), ("stream", part.Stream), ("offset", part.Offset > 0 ? $"{part.Offset}" : null));

    private async IAsyncEnumerable<SseItem<string>> ReadStreamAsync(string path, Action? opened, [EnumeratorCancellation] CancellationToken ct)
    {
        using var silence = new CancellationTokenSource(StreamSilence, _clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(ct, silence.Token);
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.ParseAdd("text/event-stream");
        using var response = await SendAsync(request, HttpCompletionOption.ResponseHeadersRead, CallDeadline, ct);
        opened?.Invoke();
        await using var body = await response.Content.ReadAsStreamAsync(ct);
        await using var items = SseParser.Create(body).EnumerateAsync(both.Token).GetAsyncEnumerator(both.Token);
        while (await NextAsync())
        {
            silence.CancelAfter(StreamSilence);
            yield return items.Current;
        }

        async Task<bool> NextAsync()
        {
            try
            {
                return await items.MoveNextAsync();
            }
            catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
            {
                throw new BoardUnreachableException($"The board at {Server} fell silent for {StreamSilence.TotalSeconds:0} s.", e);
            }
            catch (Exception e) when (e is IOException or HttpRequestException)
            {
                throw new BoardUnreachableException($"The connection to the board at {Server} broke: {e.Message}", e);
            }
        }
    }
}
