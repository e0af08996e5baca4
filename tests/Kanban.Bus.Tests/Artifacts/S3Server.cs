using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Kanban.Bus.Board.Artifacts;

namespace Kanban.Bus.Tests.Artifacts;

/// <summary>As much of an S3-compatible store as the board uses, with one bucket, on a free loopback port.</summary>
internal sealed class S3Server : IAsyncDisposable
{
    private const string Bucket = "files";
    private static readonly XNamespace Names = "http://s3.amazonaws.com/doc/2006-03-01/";
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<(string Upload, int Part), byte[]> _parts = new();

    private S3Server(WebApplication app) => _app = app;

    public ConcurrentDictionary<string, (byte[] Bytes, DateTimeOffset At)> Objects { get; } = new();

    /// <summary>Method, path and query of each request, oldest first.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>Answered to every request, as a store that is down or refuses would.</summary>
    public int? Status { get; set; }

    public S3Options Options => new() { Bucket = Bucket, Endpoint = _app.Urls.First() };

    public static async Task<S3Server> StartAsync()
    {
        // As AWS's own tools are given them.
        Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", "AKTEST");
        Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", "secret");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        var app = builder.Build();
        var server = new S3Server(app);
        app.Run(server.AnswerAsync);
        await app.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        Requests.Enqueue($"{request.Method} {request.Path}{request.QueryString}");
        var body = await BodyAsync(request);
        if (Status is { } status || !request.Headers.Authorization.ToString().StartsWith("AWS4-HMAC-SHA256 Credential=AKTEST/", StringComparison.Ordinal) && (status = 403) > 0)
        {
            response.StatusCode = status;
            await XmlAsync(response, new XElement("Error", new XElement("Code", "AccessDenied"), new XElement("Message", "The test says no.")));
            return;
        }
        var path = request.Path.Value!.TrimStart('/').Split('/', 2);
        var key = path.Length > 1 ? path[1] : "";
        Assert.Equal(Bucket, path[0]);
        switch (request.Method)
        {
            case "GET" when key.Length == 0:
                await ListAsync(request.Query["prefix"].ToString(), request.Query["continuation-token"].ToString(), response);
                break;
            case "GET" or "HEAD":
                await GetAsync(key, request, response);
                break;
            case "DELETE":
                Objects.TryRemove(key, out _);
                response.StatusCode = 204;
                break;
            case "POST" when request.Query.ContainsKey("uploads"):
                await XmlAsync(response, Element("InitiateMultipartUploadResult", ("Bucket", Bucket), ("Key", key), ("UploadId", Guid.CreateVersion7().ToString())));
                break;
            case "POST":
                var upload = request.Query["uploadId"].ToString();
                var parts = XDocument.Parse(Encoding.UTF8.GetString(body)).Descendants().Where(e => e.Name.LocalName == "PartNumber").Select(e => int.Parse(e.Value, CultureInfo.InvariantCulture));
                Put(key, [.. parts.SelectMany(p => _parts[(upload, p)])]);
                await XmlAsync(response, Element("CompleteMultipartUploadResult", ("Bucket", Bucket), ("Key", key), ("ETag", "\"x-2\"")));
                break;
            default:
#pragma warning disable CA5351 // What S3 calls an entity tag is an MD5, and its clients check it.
                response.Headers.ETag = $"\"{Convert.ToHexStringLower(MD5.HashData(body))}\"";
#pragma warning restore CA5351
                if (request.Query.TryGetValue("partNumber", out var number))
                    _parts[(request.Query["uploadId"].ToString(), int.Parse(number.ToString(), CultureInfo.InvariantCulture))] = body;
                else
                    Put(key, body);
                break;
        }
    }

    private void Put(string key, byte[] bytes) => Objects[key] = (bytes, TimeProvider.System.GetUtcNow());

    private async Task GetAsync(string key, HttpRequest request, HttpResponse response)
    {
        if (!Objects.TryGetValue(key, out var found))
        {
            response.StatusCode = 404;
            return;
        }
        response.Headers.LastModified = found.At.ToString("R", CultureInfo.InvariantCulture);
        var bytes = found.Bytes;
        if (request.GetTypedHeaders().Range?.Ranges.Single() is { } range)
        {
            response.StatusCode = 206;
            bytes = bytes[(int)range.From!.Value..(int)(range.To!.Value + 1)];
        }
        response.ContentLength = bytes.Length;
        if (request.Method == "GET")
            await response.Body.WriteAsync(bytes);
    }

    /// <summary>Two to a page.</summary>
    private Task ListAsync(string prefix, string after, HttpResponse response)
    {
        var left = Objects.Where(o => o.Key.StartsWith(prefix, StringComparison.Ordinal) && string.CompareOrdinal(o.Key, after) > 0).OrderBy(o => o.Key, StringComparer.Ordinal).ToList();
        var page = left.Take(2).ToList();
        var list = Element("ListBucketResult", ("Name", Bucket), ("IsTruncated", left.Count > 2 ? "true" : "false"));
        if (left.Count > 2)
            list.Add(new XElement(Names + "NextContinuationToken", page[^1].Key));
        list.Add(page.Select(o => Element("Contents", ("Key", o.Key), ("LastModified", o.Value.At.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture)), ("Size", $"{o.Value.Bytes.Length}"))));
        return XmlAsync(response, list);
    }

    private static XElement Element(string name, params (string Name, string Value)[] fields) => new(Names + name, fields.Select(f => new XElement(Names + f.Name, f.Value)));

    private static Task XmlAsync(HttpResponse response, XElement content)
    {
        response.ContentType = "application/xml";
        return response.WriteAsync(content.ToString());
    }

    /// <summary>What was sent, out of the signed chunks that it comes in over plain HTTP.</summary>
    private static async Task<byte[]> BodyAsync(HttpRequest request)
    {
        using var all = new MemoryStream();
        await request.Body.CopyToAsync(all);
        var sent = all.ToArray();
        if (!request.Headers["x-amz-content-sha256"].ToString().StartsWith("STREAMING-", StringComparison.Ordinal))
            return sent;
        using var content = new MemoryStream();
        for (var at = 0; ;)
        {
            var line = at + sent.AsSpan(at).IndexOf("\r\n"u8);
            var size = int.Parse(Encoding.ASCII.GetString(sent, at, line - at).Split(';')[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            if (size == 0)
                return content.ToArray();
            content.Write(sent, line + 2, size);
            at = line + 2 + size + 2;
        }
    }
}
