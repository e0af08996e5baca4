using System.Net.Http.Headers;
using System.Text;
using Kanban.Bus.Board;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Storage;
using Microsoft.Data.Sqlite;

namespace Kanban.Bus.Tests.Hosting;

/// <summary>The board service on a free loopback port with a SQLite file of its own. Its background work is left out: tests here are about what calls get.</summary>
internal sealed class BoardServer : IAsyncDisposable
{
    private readonly bool _ownsHome;

    private BoardServer(WebApplication app, string home, bool ownsHome) => (App, Home, _ownsHome) = (app, home, ownsHome);

    public WebApplication App { get; }

    public string Home { get; }

    public string Url => App.Urls.First();

    public string AdminKey => File.ReadAllText(Path.Combine(Home, "admin.key")).Trim();

    /// <param name="home">A folder that outlives this server; by default one that goes with it.</param>
    /// <param name="ready">Wait until the database is there.</param>
    public static async Task<BoardServer> StartAsync(
        IEnumerable<(string Key, string Value)>? settings = null, Action<WebApplicationBuilder>? configure = null, string? home = null, bool ready = true)
    {
        var folder = home ?? Directory.CreateTempSubdirectory("kanban-board-").FullName;
        var all = new Dictionary<string, string?> { ["Home"] = folder, ["Listen"] = "http://127.0.0.1:0", ["LogLevel"] = "critical" };
        foreach (var (key, value) in settings ?? [])
            all[key] = value;
        var app = BoardApp.Create(new ConfigurationBuilder().AddInMemoryCollection(all).Build(), builder =>
        {
            foreach (var service in builder.Services.Where(s => s.ServiceType == typeof(IHostedService) && s.ImplementationType != typeof(DatabaseStart)).ToList())
                builder.Services.Remove(service);
            configure?.Invoke(builder);
        });
        try
        {
            await app.StartAsync();
        }
        catch (OperationCanceledException) when (app.Services.GetRequiredService<BoardReadiness>().Failure is not null)
        {
            // It gave up before it had quite begun; the test looks at why.
        }
        var server = new BoardServer(app, folder, home is null);
        if (ready)
            await app.Services.GetRequiredService<BoardReadiness>().WhenReady.WaitAsync(TimeSpan.FromMinutes(2));
        return server;
    }

    /// <summary>A client that follows no redirect and keeps no cookie by itself.</summary>
    public HttpClient Client(string? bearer = null, string? cookie = null)
    {
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = new Uri(Url) };
        if (bearer is not null)
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
        if (cookie is not null)
            client.DefaultRequestHeaders.Add("Cookie", "kanban-session=" + cookie);
        return client;
    }

    public static StringContent JsonBody(string json) => new(json, Encoding.UTF8, "application/json");

    public async Task<T> UseAsync<T>(Func<BoardDbContext, Task<T>> use)
    {
        await using var scope = App.Services.CreateAsyncScope();
        return await use(scope.ServiceProvider.GetRequiredService<BoardDbContext>());
    }

    public async ValueTask DisposeAsync()
    {
        await App.StopAsync();
        await App.DisposeAsync();
        SqliteConnection.ClearAllPools();
        if (_ownsHome)
            Directory.Delete(Home, recursive: true);
    }
}
