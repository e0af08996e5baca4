using Microsoft.Extensions.Options;

namespace Kanban.Bus.Board.Artifacts;

public static class ArtifactsFeature
{
    /// <param name="home">The board's own folder.</param>
    public static IServiceCollection AddArtifacts(this IServiceCollection services, ArtifactOptions options, string home) => services
        .AddSingleton(Options.Create(options))
        .AddSingleton<IArtifactBlobs>(provider => options.S3.Bucket.Length > 0 ? S3Blobs.Of(options.S3) : new FolderBlobs(Folder(options, home), provider.GetRequiredService<TimeProvider>()))
        .AddSingleton(provider => new ArtifactStore(Folder(options, home), provider.GetRequiredService<IArtifactBlobs>()))
        .AddScoped<ArtifactUploads>()
        .AddScoped<ArtifactSweep>()
        .AddHostedService<ArtifactSweeper>();

    private static string Folder(ArtifactOptions options, string home) => Path.GetFullPath(options.Folder ?? Path.Combine(home, "artifacts"));

    public static void MapArtifacts(this RouteGroupBuilder api)
    {
        UploadArtifact.Map(api);
        ListArtifacts.Map(api);
        DownloadArtifact.Map(api);
        DropArtifact.Map(api);
    }
}
