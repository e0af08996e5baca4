using System.ComponentModel.DataAnnotations;

namespace Kanban.Bus.Board.Artifacts;

/// <summary>Where files of tasks are kept, how much of them, and for how long.</summary>
public sealed class ArtifactOptions
{
    public const string Section = "Artifacts";

    /// <summary>Folder of the files, or with <see cref="S3"/> of uploads under way alone. Default <c>{Home}/artifacts</c>. Replicas of one board need one that they share.</summary>
    public string? Folder { get; set; }

    /// <summary>A bucket for the files in place of the folder.</summary>
    public S3Options S3 { get; set; } = new();

    /// <summary>Bytes of one file. Default 256 MiB; 1 KiB to 64 GiB.</summary>
    [Range(1024L, 64L << 30)]
    public long MaxFileBytes { get; set; } = 256L << 20;

    /// <summary>Bytes of all files of one run. Default 1 GiB; 1 KiB to 1 TiB.</summary>
    [Range(1024L, 1L << 40)]
    public long MaxBytesPerRun { get; set; } = 1L << 30;

    /// <summary>Bytes of all files of one task, those of all its runs and what people attached. Default 4 GiB; 1 KiB to 16 TiB.</summary>
    [Range(1024L, 16L << 40)]
    public long MaxBytesPerTask { get; set; } = 4L << 30;

    /// <summary>Files of one run, and attachments of one task. Default 1,000; 1 to 100,000.</summary>
    [Range(1, 100_000)]
    public int MaxFiles { get; set; } = 1_000;

    /// <summary>How long the files of a task stay after it has ended. Default 90 d; 1 h to 10 years.</summary>
    [Range(typeof(TimeSpan), "01:00:00", "3650.00:00:00")]
    public TimeSpan Keep { get; set; } = TimeSpan.FromDays(90);
}
