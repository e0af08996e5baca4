using System.ComponentModel.DataAnnotations;

namespace Kanban.Bus.Board.Logs;

/// <summary>How much of a run's output the board keeps.</summary>
public sealed class LogOptions
{
    public const string Section = "Logs";

    /// <summary>Bytes of one run's log, all streams. Default 1 GiB; 1 KiB to 64 GiB. What goes beyond is refused with 413 and stays on the worker's host.</summary>
    [Range(1024L, 64L * 1024 * 1024 * 1024)]
    public long MaxBytesPerRun { get; set; } = 1024L * 1024 * 1024;
}
