using System.Security.Cryptography;
using Kanban.Bus.Board.Artifacts;

namespace Kanban.Bus.Tests.Artifacts;

/// <summary>Files of tasks in a bucket: what the client asks of a store over HTTP.</summary>
public sealed class S3BlobsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kanban-s3-").FullName;

    [Fact]
    public async Task Bytes_lie_under_their_hash_and_are_read_from_any_place_on()
    {
        await using var server = await S3Server.StartAsync();
        using var blobs = S3Blobs.Of(server.Options);
        // Past 16 MiB they go up in parts.
        foreach (var size in new[] { 0, 100_000, 17 << 20 })
        {
            var (hash, bytes) = await KeepAsync(blobs, size);
            Assert.Equal(bytes, server.Objects["kanban/" + hash].Bytes);

            await using var file = await blobs.OpenAsync(hash, default);
            Assert.Equal((size, true), (file.Length, file.CanSeek));
            file.Position = size / 2;
            Assert.Equal(bytes[(size / 2)..], await ReadAsync(file));
            file.Position = 0;
            Assert.Equal(bytes, await ReadAsync(file));
        }
        Assert.Contains(server.Requests, r => r.Contains("partNumber=2", StringComparison.Ordinal));
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task What_was_not_kept_since_then_is_listed_over_pages_and_removed_unless_it_was_kept_again()
    {
        await using var server = await S3Server.StartAsync();
        using var blobs = S3Blobs.Of(server.Options);
        var hashes = new List<string>();
        for (var i = 1; i <= 5; i++)
            hashes.Add((await KeepAsync(blobs, i)).Hash);
        server.Objects["kanban/notes.txt"] = ([1], DateTimeOffset.UnixEpoch);
        server.Objects["other/" + hashes[0]] = ([1], DateTimeOffset.UnixEpoch);
        var later = TimeProvider.System.GetUtcNow() + TimeSpan.FromMinutes(1);

        Assert.Equal(hashes.Order(StringComparer.Ordinal), await blobs.OlderAsync(later, default).ToListAsync());
        Assert.Empty(await blobs.OlderAsync(later - TimeSpan.FromHours(1), default).ToListAsync());
        Assert.False(await blobs.RemoveAsync(hashes[0], later - TimeSpan.FromHours(1), default));
        Assert.True(await blobs.RemoveAsync(hashes[0], later, default));
        Assert.False(await blobs.RemoveAsync(hashes[0], later, default));

        await Assert.ThrowsAsync<FileNotFoundException>(() => blobs.OpenAsync(hashes[0], default));
        Assert.Equal(6, server.Objects.Count);
    }

    [Fact]
    public async Task A_store_that_refuses_is_named_and_the_upload_stays()
    {
        await using var server = await S3Server.StartAsync();
        using var blobs = S3Blobs.Of(server.Options);
        var (hash, _) = await KeepAsync(blobs, 10);
        server.Status = 403;

        var path = Path.Combine(_folder, "again");
        await File.WriteAllBytesAsync(path, [1, 2, 3]);
        var refused = await Assert.ThrowsAsync<BlobsAwayException>(() => blobs.KeepAsync(path, hash, default));

        Assert.StartsWith($"The bucket files of {server.Options.Endpoint} can't be used: ", refused.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(path));
        await Assert.ThrowsAsync<BlobsAwayException>(() => blobs.OpenAsync(hash, default));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<(string Hash, byte[] Bytes)> KeepAsync(S3Blobs blobs, int size)
    {
        var bytes = RandomNumberGenerator.GetBytes(size);
        var hash = Convert.ToHexStringLower(SHA256.HashData(bytes));
        var path = Path.Combine(_folder, hash);
        await File.WriteAllBytesAsync(path, bytes);
        await blobs.KeepAsync(path, hash, default);
        return (hash, bytes);
    }

    private static async Task<byte[]> ReadAsync(Stream stream)
    {
        using var all = new MemoryStream();
        await stream.CopyToAsync(all);
        return all.ToArray();
    }
}
