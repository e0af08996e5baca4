using Microsoft.Extensions.Options;

namespace Kanban.Bus.Board.Artifacts;

public static class ArtifactsFeature
{
    /// <param name="home">The board's own folder.</param>
    public static IServiceCollection AddArtifacts(this IServiceCollection services, ArtifactOptions options, string home) => services
        .AddSingleton(Options.Create(options))
        .AddSingleton(provider => new ArtifactStore(Path.GetFullPath(options.Folder ?? Path.Combine(home, "artifacts")), provider.GetRequiredService<TimeProvider>()))
        .AddScoped<ArtifactUploads>()
        .AddScoped<ArtifactSweep>()
        .AddHostedService<ArtifactSweeper>();

    public static void MapArtifacts(this RouteGroupBuilder api)
    {
        UploadArtifact.Map(api);
        ListArtifacts.Map(api);
        DownloadArtifact.Map(api);
        DropArtifact.Map(api);
    }
}
