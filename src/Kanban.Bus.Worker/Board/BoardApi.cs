using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Worker.Board;

/// <summary>The board as a worker sees it: one method per call, each with its own deadline, each fault as one of <c>BoardFaults</c>.</summary>
internal sealed partial class BoardApi(Uri board, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan CallDeadline = TimeSpan.FromSeconds(10);
    private readonly HttpLink _link = new();

    public Uri Address => board;

    /// <summary>From the last registration; every call of a session bears it.</summary>
    public string? SessionToken { get; set; }

    public Task<Registered> RegisterAsync(RegisterWorker worker, string token, CancellationToken ct) =>
        AskAsync(HttpMethod.Post, "workers", token, JsonContent.Create(worker, WorkerJson.Client.RegisterWorker), WorkerJson.Client.Registered, CallDeadline, ct);

    public Task<Orders> BeatAsync(string workerId, Heartbeat heartbeat, TimeSpan deadline, CancellationToken ct) =>
        AskAsync(HttpMethod.Post, $"workers/{workerId}/heartbeat", SessionToken, JsonContent.Create(heartbeat, WorkerJson.Client.Heartbeat), WorkerJson.Client.Orders, deadline, ct);

    public async Task<IReadOnlyList<ClaimAnswer>> ClaimAsync(string workerId, IReadOnlyList<ClaimItem> claims, CancellationToken ct) =>
        (await AskAsync(HttpMethod.Post, $"workers/{workerId}/claims", SessionToken, JsonContent.Create(new ClaimRuns(claims), WorkerJson.Client.ClaimRuns), WorkerJson.Client.ClaimAnswers, CallDeadline, ct)).Answers;

    public async Task<IReadOnlyList<FinishAnswer>> FinishAsync(string workerId, IReadOnlyList<FinishItem> finishes, CancellationToken ct) =>
        (await AskAsync(HttpMethod.Post, $"workers/{workerId}/finishes", SessionToken, JsonContent.Create(new FinishRuns(finishes), WorkerJson.Client.FinishRuns), WorkerJson.Client.FinishAnswers, CallDeadline, ct)).Answers;

    public async Task DeadLetterAsync(DeadLetter letter, CancellationToken ct)
    {
        using var response = await SendAsync(HttpMethod.Post, "dead-letters", SessionToken, JsonContent.Create(letter, WorkerJson.Client.DeadLetter), CallDeadline, ct);
        await ThrowIfRefusedAsync(response, ct);
    }

    public async Task LeaveAsync(string workerId, CancellationToken ct)
    {
        using var response = await SendAsync(HttpMethod.Delete, $"workers/{workerId}", SessionToken, null, TimeSpan.FromSeconds(4), ct);
        await ThrowIfRefusedAsync(response, ct);
    }

    /// <summary>Sends a piece of a log; the answer, also that of a 409, is the next offset the board wants.</summary>
    /// <exception cref="BoardRefusedException">The run may not write its log any more.</exception>
    public async Task<long> AppendLogAsync(Guid runId, string runToken, string stream, long offset, ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        var content = new ReadOnlyMemoryContent(bytes) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } };
        using var response = await SendAsync(HttpMethod.Post, $"runs/{runId}/log/{stream}?offset={offset}", runToken, content, CallDeadline, ct);
        if (response.StatusCode == HttpStatusCode.Conflict)
        {
            var body = await response.Content.ReadAsByteArrayAsync(ct);
            if (TryReadNextOffset(body, out var wanted))
                return wanted;
            throw await FaultAsync(response, ct);
        }
        await ThrowIfRefusedAsync(response, ct);
        return (await ReadAsync(response, WorkerJson.Client.LogAnswer, ct)).NextOffset;
    }

    public void Dispose() => _link.Dispose();

    private static bool TryReadNextOffset(byte[] body, out long offset)
    {
        offset = 0;
        try
        {
            using var json = JsonDocument.Parse(body);
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("nextOffset", out var next) && next.TryGetInt64(out offset);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private async Task<TAnswer> AskAsync<TAnswer>(
        HttpMethod method, string path, string? token, JsonContent body, JsonTypeInfo<TAnswer> answer, TimeSpan deadline, CancellationToken ct)
    {
        using var response = await SendAsync(method, path, token, body, deadline, ct);
        await ThrowIfRefusedAsync(response, ct);
        return await ReadAsync(response, answer, ct);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? token, HttpContent? content, TimeSpan deadline, CancellationToken ct,
        RangeHeaderValue? range = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(board, "/api/v1/" + path)) { Content = content, Headers = { Range = range } };
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var late = new CancellationTokenSource(deadline, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, late.Token);
        var pool = _link.Pool;
        try
        {
            var response = await pool.SendAsync(request, either.Token);
            // Read whole under the same deadline: a board that stalls in mid-answer is away as well.
            await response.Content.LoadIntoBufferAsync(either.Token);
            return response;
        }
        catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
        {
            // Either our deadline, or the connection's own: that one comes as a cancellation as well.
            _link.Drop(pool);
            throw late.IsCancellationRequested
                ? new BoardAwayException($"no answer from {board} within {deadline.TotalSeconds:0.#} s to {method} {path}", e)
                : new BoardAwayException($"{board} can't be reached: {e.GetBaseException().Message}", e);
        }
        // A bare SocketException: the client asks a new connection for its peer's address, which one that was reset meanwhile no longer has.
        catch (Exception e) when (e is HttpRequestException or IOException or ObjectDisposedException or SocketException)
        {
            _link.Drop(pool);
            throw new BoardAwayException($"{board} can't be reached: {e.Message}", e);
        }
    }

    private static async Task ThrowIfRefusedAsync(HttpResponseMessage response, CancellationToken ct)
    {
        if (!response.IsSuccessStatusCode)
            throw await FaultAsync(response, ct);
    }

    private static async Task<TAnswer> ReadAsync<TAnswer>(HttpResponseMessage response, JsonTypeInfo<TAnswer> answer, CancellationToken ct)
    {
        try
        {
            return await response.Content.ReadFromJsonAsync(answer, ct)
                ?? throw new BoardAwayException($"the answer to {response.RequestMessage?.RequestUri} is empty");
        }
        catch (JsonException e)
        {
            throw new BoardAwayException($"the answer to {response.RequestMessage?.RequestUri} can't be read: {e.Message}", e);
        }
    }

    private static async Task<Exception> FaultAsync(HttpResponseMessage response, CancellationToken ct)
    {
        var status = (int)response.StatusCode;
        var (code, detail) = Problem(await response.Content.ReadAsByteArrayAsync(ct));
        var text = $"{status} {code ?? response.ReasonPhrase}{(detail is null ? "" : ": " + detail)}";
        return status switch
        {
            401 => new TokenRefusedException(text),
            409 when code == "session-superseded" => new SessionSupersededException(text),
            426 => new ProtocolRefusedException(text),
            408 or 429 or >= 500 => new BoardAwayException(text),
            _ => new BoardRefusedException(status, code, text),
        };
    }

    private static (string? Code, string? Detail) Problem(byte[] body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            var root = json.RootElement;
            return root.ValueKind == JsonValueKind.Object ? (Text(root, "code"), Text(root, "detail") ?? Text(root, "title")) : (null, null);
        }
        catch (JsonException)
        {
            return (null, null);
        }
    }

    private static string? Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
