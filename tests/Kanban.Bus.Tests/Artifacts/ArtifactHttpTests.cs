using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Hosting;

namespace Kanban.Bus.Tests.Artifacts;

/// <summary>Files of tasks over HTTP: as a person gives and fetches them, and as a browser may see them.</summary>
public sealed class ArtifactHttpTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_file_is_given_in_pieces_fetched_by_ranges_shown_as_text_and_dropped(bool inBucket)
    {
        await using var bucket = await S3Server.StartAsync();
        await using var board = await BoardServer.StartAsync(inBucket ? [("Artifacts:S3:Bucket", bucket.Options.Bucket), ("Artifacts:S3:Endpoint", bucket.Options.Endpoint!)] : []);
        using var person = board.Client(board.AdminKey);
        using var made = await person.PostAsJsonAsync("/api/v1/tasks", new CreateTask("t", Status: Status.Triage), Json.Client);
        var key = (await made.Content.ReadFromJsonAsync<TaskView>(Json.Client))!.Key;
        var page = Encoding.UTF8.GetBytes("<script>alert(1)</script>" + new string('x', 100_000));

        var html = await AttachAsync(person, key, "päge \"1\".html", page);
        var png = await AttachAsync(person, key, "p.png", [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10, 0]);
        var blob = await AttachAsync(person, key, "b", [0, 1, 2]);

        var files = (await person.GetFromJsonAsync<Page<ArtifactView>>($"/api/v1/tasks/{key}/artifacts?limit=2", Json.Client))!;
        Assert.Equal(["b", "p.png"], files.Items.Select(f => f.Name));
        files = (await person.GetFromJsonAsync<Page<ArtifactView>>($"/api/v1/tasks/{key}/artifacts?after={files.NextCursor}", Json.Client))!;
        Assert.Equal(("päge \"1\".html", "text/plain", ArtifactKind.Attachment, "key:admin"), Assert.Single(files.Items) is var f ? (f.Name, f.ContentType, f.Kind, f.By) : default);

        Assert.Equal(inBucket ? 3 : 0, bucket.Objects.Count);
        using var ranged = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/tasks/{key}/artifacts/{html}") { Headers = { Range = new RangeHeaderValue(3, 8) } };
        using var part = await person.SendAsync(ranged);
        Assert.Equal((HttpStatusCode.PartialContent, "ript>a"), (part.StatusCode, await part.Content.ReadAsStringAsync()));
        Assert.Equal("application/octet-stream", part.Content.Headers.ContentType!.MediaType);
        Assert.Equal(("attachment", "päge \"1\".html"), (part.Content.Headers.ContentDisposition!.DispositionType, part.Content.Headers.ContentDisposition.FileNameStar));
        Assert.Equal("nosniff", part.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("default-src 'none'; sandbox", part.Headers.GetValues("Content-Security-Policy").Single());

        using var text = await person.GetAsync($"/api/v1/tasks/{key}/artifacts/{html}/preview");
        Assert.Equal(("text/plain", 64 * 1024), (text.Content.Headers.ContentType!.MediaType, (await text.Content.ReadAsByteArrayAsync()).Length));
        using var image = await person.GetAsync($"/api/v1/tasks/{key}/artifacts/{png}/preview");
        Assert.Equal("image/png", image.Content.Headers.ContentType!.MediaType);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await person.GetAsync($"/api/v1/tasks/{key}/artifacts/{blob}/preview")).StatusCode);

        Assert.Equal(HttpStatusCode.NoContent, (await person.DeleteAsync($"/api/v1/tasks/{key}/artifacts/{blob}")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await person.GetAsync($"/api/v1/tasks/{key}/artifacts/{blob}")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await person.GetAsync($"/api/v1/tasks/main-99/artifacts/{html}")).StatusCode);
    }

    [Fact]
    public async Task While_the_bucket_is_away_a_file_waits_and_is_stored_by_the_next_try()
    {
        await using var bucket = await S3Server.StartAsync();
        await using var board = await BoardServer.StartAsync([("Artifacts:S3:Bucket", bucket.Options.Bucket), ("Artifacts:S3:Endpoint", bucket.Options.Endpoint!)]);
        using var person = board.Client(board.AdminKey);
        using var made = await person.PostAsJsonAsync("/api/v1/tasks", new CreateTask("t", Status: Status.Triage), Json.Client);
        var attachments = $"/api/v1/tasks/{(await made.Content.ReadFromJsonAsync<TaskView>(Json.Client))!.Key}/attachments";
        using var declared = await person.PostAsJsonAsync(attachments, new DeclareArtifact("a", 3), Json.Client);
        var upload = (await declared.Content.ReadFromJsonAsync<ArtifactUpload>(Json.Client))!;
        using var sent = await person.PutAsync($"{attachments}/{upload.Id}?offset=0", new ByteArrayContent([1, 2, 3]));
        bucket.Status = 403;

        using var refused = await person.PostAsync($"{attachments}/{upload.Id}/commit", null);
        bucket.Status = null;
        using var stored = await person.PostAsync($"{attachments}/{upload.Id}/commit", null);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, 5), (refused.StatusCode, refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds));
        Assert.Contains("files-away", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.True((await stored.Content.ReadFromJsonAsync<ArtifactUpload>(Json.Client))!.Stored);
        Assert.Equal([1, 2, 3], Assert.Single(bucket.Objects).Value.Bytes);
    }

    private static async Task<Guid> AttachAsync(HttpClient person, string key, string name, byte[] bytes)
    {
        using var declared = await person.PostAsJsonAsync($"/api/v1/tasks/{key}/attachments", new DeclareArtifact(name, bytes.Length), Json.Client);
        var upload = (await declared.Content.ReadFromJsonAsync<ArtifactUpload>(Json.Client))!;
        foreach (var piece in bytes.Chunk(70_000).Select((part, i) => (part, offset: i * 70_000)))
        {
            using var sent = await person.PutAsync($"/api/v1/tasks/{key}/attachments/{upload.Id}?offset={piece.offset}", new ByteArrayContent(piece.part));
            Assert.Equal(HttpStatusCode.OK, sent.StatusCode);
        }
        using var stored = await person.PostAsync($"/api/v1/tasks/{key}/attachments/{upload.Id}/commit", null);
        Assert.True((await stored.Content.ReadFromJsonAsync<ArtifactUpload>(Json.Client))!.Stored);
        return upload.Id;
    }
}
