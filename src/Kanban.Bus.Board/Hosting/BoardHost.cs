using Microsoft.Extensions.Options;

namespace Kanban.Bus.Board.Hosting;

/// <summary>The web host around the features.</summary>
public static class BoardHost
{
    public static WebApplicationBuilder CreateBuilder(BoardOptions options)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(options.Listen);
        builder.Services.ConfigureHttpJsonOptions(json => Contracts.Json.Configure(json.SerializerOptions));
        return builder;
    }

    public static IServiceCollection AddBoardOptions(this IServiceCollection services, BoardOptions options) => services
        .AddSingleton(options)
        .AddSingleton<BoardReadiness>()
        .AddSingleton(Options.Create(options.Storage))
        .AddSingleton(Options.Create(options.Transport))
        .AddSingleton(Options.Create(options.Lease))
        .AddSingleton(Options.Create(options.Logs))
        .AddSingleton(Options.Create(options.Admission));

    public static void UseBoardHost(this WebApplication app, BoardOptions options)
    {
        app.UseAuthentication();
        app.UseAuthorization();
    }

    public static void MapHealth(this WebApplication app)
    {
    }

    public static void MapDashboard(this WebApplication app)
    {
    }
}
