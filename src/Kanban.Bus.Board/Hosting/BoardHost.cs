using System.Security.Cryptography.X509Certificates;
using Kanban.Bus.Board.Access;
using Kanban.Bus.Board.Storage;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Kanban.Bus.Board.Hosting;

/// <summary>The web host around the features.</summary>
public static class BoardHost
{
    /// <remarks>An empty builder: only <paramref name="options"/> decide, not stray <c>ASPNETCORE_</c> variables or an appsettings.json of the folder it is started in.</remarks>
    public static WebApplicationBuilder CreateBuilder(BoardOptions options)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Services.AddRoutingCore();
        builder.Services.ConfigureHttpJsonOptions(json => Contracts.Json.Configure(json.SerializerOptions));
        builder.Services.Configure<RouteHandlerOptions>(handlers => handlers.ThrowOnBadRequest = true);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => Listen(kestrel, options));
        builder.Logging.AddBoardLogging(options);
        return builder;
    }

    public static IServiceCollection AddBoardOptions(this IServiceCollection services, BoardOptions options) => services
        .AddSingleton(options)
        .AddSingleton<BoardReadiness>()
        .AddSingleton<Outages>()
        .AddSingleton(Options.Create(options.Storage))
        .AddSingleton(Options.Create(options.Transport))
        .AddSingleton(Options.Create(options.Runs))
        .AddSingleton(Options.Create(options.Lease))
        .AddSingleton(Options.Create(options.Logs))
        .AddSingleton(Options.Create(options.Admission))
        .AddSingleton(Options.Create(options.Gateway));

    /// <summary>Opens the database while the server listens already; see <see cref="BoardReadiness"/>.</summary>
    public static IServiceCollection AddDatabaseStart(this IServiceCollection services) => services.AddHostedService<DatabaseStart>();

    /// <summary>What every request passes, outermost first.</summary>
    public static void UseBoardHost(this WebApplication app, BoardOptions options)
    {
        app.UseTrustedProxies(options.Access);
        app.UseSecurityHeaders();
        app.UseHostAllowList(options);
        app.UseFaults();
        app.UseReadinessGate();
        app.UseDashboardFiles();
        app.UseConnectionPools();
        app.UseAuthentication();
        app.UseSameOrigin();
        app.UseAuthorization();
    }

    private static void Listen(KestrelServerOptions kestrel, BoardOptions options)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = RequestSizes.Usual;
        var addresses = ListenAddress.ParseAll(options.Listen, out _);
        var certificate = addresses.Any(a => a.Https)
            ? X509Certificate2.CreateFromPemFile(options.Tls.CertificateFile!, options.Tls.KeyFile)
            : null;
        var chain = new X509Certificate2Collection();
        if (certificate is not null)
            chain.ImportFromPemFile(options.Tls.CertificateFile!);
        foreach (var address in addresses)
        {
            void Configure(ListenOptions listen)
            {
                if (address.Https)
                    listen.UseHttps(https => (https.ServerCertificate, https.ServerCertificateChain) = (certificate, chain));
            }
            if (address.Address is null)
                kestrel.ListenLocalhost(address.Port, Configure);
            else if (address.Address.Equals(System.Net.IPAddress.IPv6Any))
                kestrel.ListenAnyIP(address.Port, Configure);
            else
                kestrel.Listen(address.Address, address.Port, Configure);
        }
    }
}
