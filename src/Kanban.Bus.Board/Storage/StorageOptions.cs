using System.ComponentModel.DataAnnotations;
using Kanban.Bus.Board.Hosting;

namespace Kanban.Bus.Board.Storage;

/// <summary>Where the rows live.</summary>
public sealed class StorageOptions
{
    public const string Section = "Storage";

    /// <summary><c>sqlite</c> (default, one board process) or <c>postgres</c> (any number of replicas).</summary>
    public StorageProvider Provider { get; set; } = StorageProvider.Sqlite;

    /// <summary>As the provider's .NET driver reads it. Default on SQLite: <c>Data Source={Home}/kanban.db</c>; PostgreSQL has no default.</summary>
    [SecretSetting]
    public string? ConnectionString { get; set; }

    /// <summary>PostgreSQL connections of this process at most. Default 24; 4 to 500.</summary>
    [Range(4, 500)]
    public int MaxConnections { get; set; } = 24;

    /// <summary>Those of them kept for what keeps runs going: heartbeats, claims, finishes, sweeps and admission. Default 8; 2 to 100, fewer than <see cref="MaxConnections"/>.</summary>
    /// <remarks>The rest serves pages, calls of people and logs. More lets more workers be answered at one moment; a handful serves hundreds.</remarks>
    [Range(2, 100)]
    public int LeaseConnections { get; set; } = 8;

    /// <summary>Whether other processes may commit to the same rows: a signal of this one's commits is then not all there is to hear.</summary>
    public bool IsShared => Provider is StorageProvider.Postgres;
}

public enum StorageProvider
{
    Sqlite,
    Postgres,
}
