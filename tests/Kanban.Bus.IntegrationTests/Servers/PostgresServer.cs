using System.Globalization;
using Kanban.Bus.Tests.Harness;
using Npgsql;

namespace Kanban.Bus.IntegrationTests.Servers;

/// <summary>A private PostgreSQL: own port on loopback, own temporary folder, <c>fsync</c> on so that a kill loses nothing committed.</summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private const string User = "kanban";

    // Loopback is shared with every user of the machine, hence a password even here.
    private readonly string _password = Guid.CreateVersion7().ToString("N");
    private readonly Guard _guard;
    private readonly string _data;
    private readonly string? _systemUser;
    private ServerProcess? _process;
    private int _databases;

    private PostgresServer(Guard guard, string? systemUser)
    {
        _guard = guard;
        _systemUser = systemUser;
        _data = Path.Combine(guard.Folder, "data");
    }

    public int Port { get; } = FreePorts.Take();

    /// <summary>Makes a cluster and starts it; about two seconds.</summary>
    public static async Task<PostgresServer> StartNewAsync()
    {
        if (Programs.PostgresFolder is null)
            throw new InvalidOperationException(Programs.Missing);
        var server = new PostgresServer(new Guard("postgres"), Environment.IsPrivilegedProcess ? "postgres" : null);
        try
        {
            await server.InitializeAsync();
            await server.StartAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Where to reach a database of this server.</summary>
    /// <param name="pooling">Off for tests that kill the server and want no connection from before.</param>
    public string ConnectionString(string database, bool pooling = true) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = Port,
        Username = User,
        Password = _password,
        Database = database,
        Pooling = pooling,
        MaxPoolSize = 40,
        Timeout = 30,
    }.ConnectionString;

    /// <summary>A new database.</summary>
    /// <param name="template">A database that nobody is connected to, of which it is a copy; without it, it is empty.</param>
    /// <returns>Its connection string.</returns>
    public async Task<string> CreateDatabaseAsync(string template = "template1")
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"test_{Interlocked.Increment(ref _databases)}");
        await using var connection = new NpgsqlConnection(ConnectionString("postgres", pooling: false));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"CREATE DATABASE {name} TEMPLATE {template}", connection);
        await command.ExecuteNonQueryAsync();
        return ConnectionString(name);
    }

    /// <summary>Starts the server on its folder and waits until it answers, through a recovery if one is due.</summary>
    public async Task StartAsync()
    {
        string[] command =
        [
            Path.Combine(Programs.PostgresFolder!, "postgres"), "-D", _data,
            "-c", "listen_addresses=127.0.0.1", "-c", string.Create(CultureInfo.InvariantCulture, $"port={Port}"),
            "-c", "unix_socket_directories=" + Path.Combine(_guard.Folder, "socket"),
            "-c", "fsync=on", "-c", "max_connections=300", "-c", "shared_buffers=128MB",
            "-c", "log_min_messages=warning", "-c", "logging_collector=off",
        ];
        // After a kill -9 the old backends live on for a moment, and their shared memory refuses a new postmaster.
        await Eventually.Async(
            async () =>
            {
                if (_process is not { HasExited: false })
                {
                    _process?.Dispose();
                    _process = ServerProcess.Start(_guard.Folder, "postgres", command, user: _systemUser);
                }
                return await AnswersAsync();
            },
            within: TimeSpan.FromMinutes(2),
            text: $"PostgreSQL answers on port {Port}. Its log is {_guard.Folder}/postgres.log");
    }

    /// <summary>Kills the postmaster with SIGKILL; backends notice and end by themselves.</summary>
    public async Task Kill9Async()
    {
        NpgsqlConnection.ClearAllPools();
        if (_process is not null)
            await _process.EndAsync(Signals.Kill, TimeSpan.FromSeconds(10));
    }

    /// <summary>A "fast" shutdown: sessions are ended, everything is written.</summary>
    public async Task StopAsync()
    {
        NpgsqlConnection.ClearAllPools();
        if (_process is not null)
            await _process.EndAsync(Signals.Interrupt, TimeSpan.FromSeconds(30));
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
            await _process.EndAsync(Signals.Quit, TimeSpan.FromSeconds(10));
        _process?.Dispose();
        _guard.Dispose();
    }

    private async Task InitializeAsync()
    {
        // The server's user must reach its folders inside ours.
        File.SetUnixFileMode(_guard.Folder, (UnixFileMode)0b111_001_001);
        var passwordFile = Path.Combine(_guard.Folder, "password");
        await File.WriteAllTextAsync(passwordFile, _password + "\n");
        foreach (var folder in (string[])[_data, Path.Combine(_guard.Folder, "socket")])
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        if (_systemUser is not null)
            await Command.RunAsync("chown", [$"{_systemUser}:", _data, Path.Combine(_guard.Folder, "socket"), passwordFile]);

        await Command.RunAsync(
            Path.Combine(Programs.PostgresFolder!, "initdb"),
            ["-D", _data, "-U", User, "--auth=scram-sha-256", "--pwfile=" + passwordFile, "--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions"],
            _systemUser);
        File.Delete(passwordFile);
    }

    private async Task<bool> AnswersAsync()
    {
        await using var connection = new NpgsqlConnection(ConnectionString("postgres", pooling: false));
        await connection.OpenAsync();
        return true;
    }
}
