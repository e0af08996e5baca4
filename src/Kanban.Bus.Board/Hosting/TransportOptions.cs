using System.ComponentModel.DataAnnotations;

namespace Kanban.Bus.Board.Hosting;

/// <summary>How offers travel to workers.</summary>
public sealed class TransportOptions
{
    public const string Section = "Transport";

    /// <summary><c>memory</c> (default: board and worker in one process) or <c>rabbitmq</c>.</summary>
    public TransportProvider Provider { get; set; } = TransportProvider.Memory;

    /// <summary><c>amqp://user:password@host:5672/vhost</c> or <c>amqps://</c>; needed for <c>rabbitmq</c>.</summary>
    [SecretSetting]
    public string? Uri { get; set; }

    /// <summary>The address workers are told, where it differs from the board's own; default <see cref="Uri"/>.</summary>
    [SecretSetting]
    public string? WorkerUri { get; set; }

    /// <summary>How long the broker is away, or takes no messages, until that is an alarm. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan AlarmAfter { get; set; } = TimeSpan.FromSeconds(30);
}

public enum TransportProvider
{
    Memory,
    Rabbitmq,
}
