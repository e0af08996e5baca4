using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Kanban.Bus.IntegrationTests.Servers;

/// <summary>What the tests ask RabbitMQ's management API. Its counts lag by about a second: wait for them.</summary>
public sealed class RabbitManagement : IDisposable
{
    private readonly HttpClient _http;

    public RabbitManagement(int port)
    {
        Port = port;
        _http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/api/"), Timeout = TimeSpan.FromSeconds(30) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes("guest:guest")));
    }

    public int Port { get; }

    public async Task<bool> IsReadyAsync()
    {
        using var answer = await _http.GetAsync(new Uri("health/checks/virtual-hosts", UriKind.Relative));
        return answer.IsSuccessStatusCode;
    }

    public async Task CreateVirtualHostAsync(string name)
    {
        using var made = await _http.PutAsync(Relative("vhosts", name), content: null);
        made.EnsureSuccessStatusCode();
        using var allowed = await _http.PutAsJsonAsync(
            Relative("permissions", name, "guest"), new { configure = ".*", write = ".*", read = ".*" });
        allowed.EnsureSuccessStatusCode();
    }

    /// <summary>The queue as the API shows it; null when there is none.</summary>
    public async Task<JsonElement?> QueueAsync(string virtualHost, string queue)
    {
        using var answer = await _http.GetAsync(Relative("queues", virtualHost, queue));
        if (answer.StatusCode == HttpStatusCode.NotFound)
            return null;
        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    /// <summary>Messages by queue, delivered and un-acked ones included.</summary>
    public async Task<Dictionary<string, int>> QueueDepthsAsync(string virtualHost)
    {
        var queues = await _http.GetFromJsonAsync<JsonElement>(new Uri(Relative("queues", virtualHost) + "?columns=name,messages", UriKind.Relative));
        return queues.EnumerateArray().ToDictionary(q => q.GetProperty("name").GetString()!, q => q.TryGetProperty("messages", out var messages) ? messages.GetInt32() : 0);
    }

    public async Task<IReadOnlyList<string>> QueueNamesAsync(string virtualHost)
    {
        var queues = await _http.GetFromJsonAsync<JsonElement>(Relative("queues", virtualHost));
        return [.. queues.EnumerateArray().Select(q => q.GetProperty("name").GetString()!)];
    }

    /// <summary>Names that clients gave their connections, such as <c>gpu-1@host</c>.</summary>
    public async Task<IReadOnlyList<string>> ConnectionNamesAsync(string virtualHost)
    {
        var connections = await _http.GetFromJsonAsync<JsonElement>(Relative("vhosts", virtualHost, "connections"));
        return [.. connections.EnumerateArray()
            .Select(c => c.TryGetProperty("client_properties", out var p) && p.TryGetProperty("connection_name", out var n) ? n.GetString() ?? "" : "")];
    }

    /// <summary>Deletes a queue as somebody in the management UI would.</summary>
    public async Task DeleteQueueAsync(string virtualHost, string queue)
    {
        using var answer = await _http.DeleteAsync(Relative("queues", virtualHost, queue));
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Deletes a queue's messages.</summary>
    public async Task PurgeQueueAsync(string virtualHost, string queue)
    {
        using var answer = await _http.DeleteAsync(Relative("queues", virtualHost, queue, "contents"));
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Makes a queue with arguments of the test's choice.</summary>
    public async Task DeclareQueueAsync(string virtualHost, string queue, IReadOnlyDictionary<string, object> arguments)
    {
        using var answer = await _http.PutAsJsonAsync(Relative("queues", virtualHost, queue), new { durable = true, auto_delete = false, arguments });
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Puts a message on a queue by way of the default exchange.</summary>
    public async Task PublishAsync(string virtualHost, string queue, string payload, string contentType = "application/json")
    {
        using var answer = await _http.PostAsJsonAsync(
            Relative("exchanges", virtualHost, "amq.default", "publish"),
            new { routing_key = queue, payload, payload_encoding = "string", properties = new { delivery_mode = 2, content_type = contentType } });
        if (!answer.IsSuccessStatusCode)
            throw new HttpRequestException($"Publishing to '{queue}': {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}", null, answer.StatusCode);
        var routed = await answer.Content.ReadFromJsonAsync<JsonElement>();
        if (!routed.GetProperty("routed").GetBoolean())
            throw new InvalidOperationException($"No queue '{queue}' on '{virtualHost}': the message was dropped.");
    }

    /// <summary>Closes every client's connection of a virtual host, as an administrator's "force close" does.</summary>
    public async Task CloseConnectionsAsync(string virtualHost)
    {
        var connections = await _http.GetFromJsonAsync<JsonElement>(Relative("vhosts", virtualHost, "connections"));
        foreach (var name in connections.EnumerateArray().Select(c => c.GetProperty("name").GetString()!))
        {
            using var answer = await _http.DeleteAsync(Relative("connections", name));
            if (answer.StatusCode != HttpStatusCode.NotFound)
                answer.EnsureSuccessStatusCode();
        }
    }

    public void Dispose() => _http.Dispose();

    private static Uri Relative(params string[] segments) => new(string.Join('/', segments.Select(Uri.EscapeDataString)), UriKind.Relative);
}
