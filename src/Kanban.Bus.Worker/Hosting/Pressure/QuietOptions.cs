namespace Kanban.Bus.Worker.Hosting.Pressure;

/// <summary>When a worker takes no new work for its host's sake; what runs goes on. Each limit may be 0 for never.</summary>
public sealed class QuietOptions
{
    /// <summary>Less space than this, in MB, on the disk of the worker's state directory. Default 512.</summary>
    /// <remarks>A run that meets a full disk fails, and its report may be lost with the worker.</remarks>
    public int DiskFreeMb { get; set; } = 512;

    /// <summary>Something waited for memory for more than this share of the last minute, in percent (PSI). Default 30.</summary>
    public int MemoryPercent { get; set; } = 30;

    /// <summary>The same of processors. Default 0: a host that is busy works as it should.</summary>
    public int CpuPercent { get; set; }

    /// <summary>The same of disks. Default 0.</summary>
    public int IoPercent { get; set; }

    internal IEnumerable<string> Faults()
    {
        if (DiskFreeMb < 0)
            yield return $"Worker:Quiet:DiskFreeMb is {DiskFreeMb}; 0 (never) or more megabytes are allowed.";
        foreach (var (name, percent) in new[] { (nameof(MemoryPercent), MemoryPercent), (nameof(CpuPercent), CpuPercent), (nameof(IoPercent), IoPercent) })
            if (percent is < 0 or > 100)
                yield return $"Worker:Quiet:{name} is {percent}; 0 (never) to 100 are allowed.";
    }
}
