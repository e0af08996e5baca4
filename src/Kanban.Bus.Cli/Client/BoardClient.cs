using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using Kanban.Bus.Cli.Contexts;

namespace Kanban.Bus.Cli.Client;

/// <summary>The board's API, as this CLI uses it: every call has a deadline, every refusal is a <see cref="BoardRefusalException"/>.</summary>
/// <remarks>The calls themselves stand in the other files of this class, by noun.</remarks>
internal sealed partial class BoardClient : IDisposable
{
    private static readonly TimeSpan CallDeadline = TimeSpan.FromSeconds(30);

    private readonly HttpClient _http;
    private readonly Connection _connection;
    private readonly TimeProvider _clock;

    public BoardClient(Connection connection, TimeProvider clock)
    {
        _connection = connection;
        _clock = clock;
        _http = new HttpClient(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(5), UseCookies = false, AllowAutoRedirect = false })
        {
            BaseAddress = new Uri(connection.Server.TrimEnd('/') + "/api/v1/"),
            Timeout = Timeout.InfiniteTimeSpan,
        };
        if (connection.Token is { } token)
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        _http.DefaultRequestHeaders.UserAgent.ParseAdd("kanban/" + App.Version);
    }

    public string Server => _connection.Server;

    public void Dispose() => _http.Dispose();

    private Task<T> GetAsync<T>(string path, CancellationToken ct) => CallAsync<T>(new HttpRequestMessage(HttpMethod.Get, path), ct);

    private Task<T> PostAsync<T>(string path, object? body, CancellationToken ct) => CallAsync<T>(Request(HttpMethod.Post, path, body), ct);

    private Task<T> PatchAsync<T>(string path, object body, CancellationToken ct) => CallAsync<T>(Request(HttpMethod.Patch, path, body), ct);

    private Task PostAsync(string path, CancellationToken ct) => CallAsync(HttpMethod.Post, path, ct);

    private Task DeleteAsync(string path, CancellationToken ct) => CallAsync(HttpMethod.Delete, path, ct);

    private async Task CallAsync(HttpMethod method, string path, CancellationToken ct)
    {
        using var response = await SendAsync(new HttpRequestMessage(method, path), HttpCompletionOption.ResponseContentRead, CallDeadline, ct);
    }

    private async Task<string> GetTextAsync(string path, CancellationToken ct)
    {
        using var response = await SendAsync(new HttpRequestMessage(HttpMethod.Get, path), HttpCompletionOption.ResponseContentRead, CallDeadline, ct);
        return await response.Content.ReadAsStringAsync(ct);
    }

    private static HttpRequestMessage Request(HttpMethod method, string path, object? body)
    {
        var request = new HttpRequestMessage(method, path);
        if (body is null)
            return request;
        request.Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body, body.GetType(), ClientJson.Wire));
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(method == HttpMethod.Patch ? "application/merge-patch+json" : "application/json");
        return request;
    }

    private async Task<T> CallAsync<T>(HttpRequestMessage request, CancellationToken ct)
    {
        using var response = await SendAsync(request, HttpCompletionOption.ResponseContentRead, CallDeadline, ct);
        var bytes = await response.Content.ReadAsByteArrayAsync(ct);
        try
        {
            return JsonSerializer.Deserialize<T>(bytes, ClientJson.Wire)
                ?? throw new JsonException("the answer is null");
        }
        catch (JsonException e)
        {
            throw new BoardRefusalException(response.StatusCode, null,
                $"{Server} answered {request.Method} {request.RequestUri} with something else than a Kanban.Bus board would: {e.Message}", []);
        }
    }

    /// <summary>Sends it and returns a success; anything else throws. The caller disposes the answer.</summary>
    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, HttpCompletionOption completion, TimeSpan deadline, CancellationToken ct)
    {
        using var timer = new CancellationTokenSource(deadline, _clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(ct, timer.Token);
        HttpResponseMessage response;
        using (request)
        {
            try
            {
                response = await _http.SendAsync(request, completion, both.Token);
            }
            catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
            {
                throw new BoardUnreachableException($"The board at {Server} gave no answer within {deadline.TotalSeconds:0} s.", e);
            }
            // A bare SocketException: a connection that was reset the moment it was made.
            catch (Exception e) when (e is HttpRequestException or SocketException)
            {
                throw new BoardUnreachableException($"The board at {Server} can't be reached: {InWords(e)}.", e);
            }
        }

        if (response.IsSuccessStatusCode)
            return response;
        using (response)
            throw await ProblemDocument.ReadAsync(response, Server, ct);
    }

    private static string InWords(Exception e) => (e as SocketException ?? e.InnerException) switch
    {
        SocketException { SocketErrorCode: SocketError.ConnectionRefused } => "nothing listens there",
        SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain } => "its name is unknown",
        OperationCanceledException or TimeoutException => "no connection within 5 s",
        { } inner => inner.Message.TrimEnd('.'),
        null => e.Message.TrimEnd('.'),
    };

    private static string Esc(string part) => Uri.EscapeDataString(part);
}
