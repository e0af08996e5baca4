namespace Kanban.Bus.IntegrationTests.Servers;

/// <summary>One server of each kind per test process, started when first asked for and ended with the process.</summary>
/// <remarks>
/// Tests part by database and virtual host, so that classes run in parallel. A test that kills or freezes a server takes
/// one of its own by <c>StartNewAsync</c>.
/// </remarks>
public static class SharedServers
{
    private static readonly Lazy<Task<PostgresServer>> Postgres = new(PostgresServer.StartNewAsync);
    private static readonly Lazy<Task<RabbitServer>> Rabbit = new(() => RabbitServer.StartNewAsync());

    static SharedServers() => AppDomain.CurrentDomain.ProcessExit += (_, _) => End();

    public static Task<PostgresServer> PostgresAsync() => Postgres.Value;

    public static Task<RabbitServer> RabbitAsync() => Rabbit.Value;

    // Where this does not run, or does not finish, the guards do the same.
    private static void End()
    {
        foreach (var server in (IAsyncDisposable?[])[Started(Postgres), Started(Rabbit)])
            server?.DisposeAsync().AsTask().Wait(TimeSpan.FromSeconds(5));
    }

    private static T? Started<T>(Lazy<Task<T>> server)
        where T : class =>
        server is { IsValueCreated: true, Value.IsCompletedSuccessfully: true } ? server.Value.Result : null;
}
