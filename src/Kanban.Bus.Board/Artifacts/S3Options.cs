using System.ComponentModel.DataAnnotations;

namespace Kanban.Bus.Board.Artifacts;

/// <summary>A bucket of an S3-compatible store for the files of tasks. Credentials are found as AWS's own tools find them: <c>AWS_ACCESS_KEY_ID</c> and <c>AWS_SECRET_ACCESS_KEY</c>, <c>~/.aws/credentials</c>, the host's role.</summary>
public sealed class S3Options
{
    /// <summary>Empty, the default: files lie in <see cref="ArtifactOptions.Folder"/>. What lay there before stays there, and is not found any more.</summary>
    [StringLength(63)]
    public string Bucket { get; set; } = "";

    /// <summary>Address of a store that is not Amazon's own: <c>https://minio.example:9000</c>.</summary>
    public string? Endpoint { get; set; }

    /// <summary>Default <c>us-east-1</c>, which stores of one's own mostly want.</summary>
    public string Region { get; set; } = "us-east-1";

    /// <summary>Before each object's name. Default <c>kanban/</c>; boards that share a bucket need one each: a board's sweep removes what none of its rows names.</summary>
    public string Prefix { get; set; } = "kanban/";

    /// <summary>The bucket is the first part of the path instead of the host's name, for an <see cref="Endpoint"/>. Default true.</summary>
    public bool PathStyle { get; set; } = true;

    internal IEnumerable<string> Faults()
    {
        if (Bucket.Length == 0 && Endpoint is not null)
            yield return $"Artifacts:S3:Endpoint is '{Endpoint}', but Artifacts:S3:Bucket is empty: name the bucket.";
        if (Endpoint is not null && !(Uri.TryCreate(Endpoint, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"))
            yield return $"Artifacts:S3:Endpoint is '{Endpoint}'; give an address that starts with http:// or https://.";
    }
}
