using System.Globalization;

namespace Kanban.Bus.IntegrationTests.Servers;

/// <summary>Where the servers' programs are on this machine.</summary>
public static class Programs
{
    /// <summary>Folder with <c>initdb</c> and <c>postgres</c>, the newest version found; null where PostgreSQL is not installed.</summary>
    public static string? PostgresFolder { get; } = FindPostgres();

    /// <summary>The server's own script; null where RabbitMQ is not installed.</summary>
    /// <remarks>Not Debian's wrapper in <c>/usr/sbin</c>, which changes to the system's user and folders when root calls it.</remarks>
    public static string? RabbitServer { get; } =
        new[] { "/usr/lib/rabbitmq/bin/rabbitmq-server" }.FirstOrDefault(File.Exists) ?? OnPath("rabbitmq-server");

    public static string? Epmd { get; } = OnPath("epmd");

    /// <summary>What to install, as one sentence; null when both servers are here.</summary>
    public static string? Missing { get; } = (PostgresFolder, RabbitServer) switch
    {
        (not null, not null) => null,
        (null, not null) => "PostgreSQL is not installed: apt-get install postgresql.",
        (not null, null) => "RabbitMQ is not installed: apt-get install rabbitmq-server.",
        _ => "PostgreSQL and RabbitMQ are not installed: apt-get install postgresql rabbitmq-server.",
    };

    public static string? OnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin").Split(':').Concat(["/usr/sbin", "/sbin"])
            .Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    private static string? FindPostgres()
    {
        const string debian = "/usr/lib/postgresql";
        var folder = Directory.Exists(debian)
            ? Directory.GetDirectories(debian).OrderByDescending(Version).Select(d => Path.Combine(d, "bin")).FirstOrDefault(d => File.Exists(Path.Combine(d, "initdb")))
            : null;
        return folder ?? Path.GetDirectoryName(OnPath("initdb"));
    }

    private static int Version(string folder) =>
        int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var version) ? version : 0;
}
