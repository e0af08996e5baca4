using System.Net;
using System.Runtime.CompilerServices;
using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Amazon.S3.Transfer;

namespace Kanban.Bus.Board.Artifacts;

/// <summary>Bytes in a bucket of an S3-compatible store, as <c>PREFIXabcd…</c>. Whoever may read the bucket can read them all.</summary>
/// <remarks>What is larger than 16 MiB goes up in parts; the client tries a failed call again by itself, up to four times.</remarks>
internal sealed class S3Blobs(IAmazonS3 client, S3Options options) : IArtifactBlobs, IDisposable
{
    /// <summary>With the credentials that AWS's own tools would find: environment, <c>~/.aws/credentials</c>, the host's role.</summary>
    public static S3Blobs Of(S3Options options) => new(Client(options, null), options);

    /// <param name="credentials">Null for those that are found.</param>
    internal static AmazonS3Client Client(S3Options options, AWSCredentials? credentials)
    {
        var config = new AmazonS3Config { AuthenticationRegion = options.Region };
        if (options.Endpoint is { Length: > 0 } endpoint)
            (config.ServiceURL, config.ForcePathStyle) = (endpoint, options.PathStyle);
        else
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(options.Region);
        return credentials is null ? new AmazonS3Client(config) : new AmazonS3Client(credentials, config);
    }

    public async Task KeepAsync(string path, string sha256, CancellationToken ct)
    {
        var kept = await CallAsync(async () =>
        {
            using var transfer = new TransferUtility(client);
            await transfer.UploadAsync(new TransferUtilityUploadRequest { BucketName = options.Bucket, Key = Key(sha256), FilePath = path, ContentType = "application/octet-stream" }, ct);
            return true;
        });
        if (!kept)
            throw new BlobsAwayException($"The bucket {options.Bucket} lost an upload of {Key(sha256)} on its way.");
        File.Delete(path);
    }

    public async Task<Stream> OpenAsync(string sha256, CancellationToken ct)
    {
        var found = await CallAsync(async () => await client.GetObjectMetadataAsync(options.Bucket, Key(sha256), ct))
            ?? throw new FileNotFoundException($"The bucket {options.Bucket} has no {Key(sha256)}.");
        return new S3Stream(found.ContentLength, (from, stop) => CallAsync(async () =>
            await client.GetObjectAsync(new GetObjectRequest { BucketName = options.Bucket, Key = Key(sha256), ByteRange = new ByteRange(from, found.ContentLength - 1) }, stop)));
    }

    public async IAsyncEnumerable<string> OlderAsync(DateTimeOffset than, [EnumeratorCancellation] CancellationToken ct)
    {
        var ask = new ListObjectsV2Request { BucketName = options.Bucket, Prefix = options.Prefix };
        ListObjectsV2Response? page;
        do
        {
            page = await CallAsync(async () => await client.ListObjectsV2Async(ask, ct));
            foreach (var known in page?.S3Objects ?? [])
                if (known.LastModified.ToUniversalTime() < than.UtcDateTime && known.Key.Length == options.Prefix.Length + 64)
                    yield return known.Key[options.Prefix.Length..];
            ask.ContinuationToken = page?.NextContinuationToken;
        }
        while (page?.IsTruncated == true);
    }

    public async Task<bool> RemoveAsync(string sha256, DateTimeOffset olderThan, CancellationToken ct)
    {
        var found = await CallAsync(async () => await client.GetObjectMetadataAsync(options.Bucket, Key(sha256), ct));
        if (found is null || found.LastModified.ToUniversalTime() >= olderThan.UtcDateTime)
            return false;
        await CallAsync(async () => await client.DeleteObjectAsync(options.Bucket, Key(sha256), ct));
        return true;
    }

    public void Dispose() => client.Dispose();

    private string Key(string sha256) => options.Prefix + sha256;

    /// <returns>Null when there is no such object.</returns>
    private async Task<T?> CallAsync<T>(Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.NotFound && e.ErrorCode != "NoSuchBucket")
        {
            return default;
        }
        catch (Exception e) when (e is AmazonServiceException or AmazonClientException or HttpRequestException or IOException)
        {
            throw new BlobsAwayException($"The bucket {options.Bucket} of {options.Endpoint ?? options.Region} can't be used: {e.Message}", e);
        }
    }
}
