using System.ComponentModel.DataAnnotations;

namespace Kanban.Bus.Board.Admission;

/// <summary>The caps that hold for the whole board service, and how hard admission looks.</summary>
public sealed class AdmissionOptions
{
    public const string Section = "Admission";

    /// <summary>Most runs, offered and held, over all lanes and boards; 0 for no cap. Default 0; up to 100,000.</summary>
    [Range(0, 100_000)]
    public int MaxActiveTasks { get; set; }

    /// <summary>Offers per queue beyond the free slots of its workers. Default 0; up to 100.</summary>
    /// <remarks>More shortens the gap between two runs on one slot; it also lets waiting offers hold units of caps that others could use.</remarks>
    [Range(0, 100)]
    public int LookAhead { get; set; }

    /// <summary>Tasks of a queue looked at beyond those that there is room for, to pass by ones that their board's cap holds. Default 100; 1 to 10,000.</summary>
    [Range(1, 10_000)]
    public int ScanLimit { get; set; } = 100;

    /// <summary>Offers made in one transaction. Default 500; 1 to 1,000.</summary>
    [Range(1, 1_000)]
    public int BatchSize { get; set; } = 500;

    /// <summary>The backstop: while tasks or offers wait, and where other replicas share the database, admission looks this often even when nothing woke it. Default 2 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:05:00")]
    public TimeSpan Tick { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>An offer that nobody has claimed for this long is published again. Default 20 s; 1 s to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan RepublishAfter { get; set; } = TimeSpan.FromSeconds(20);
}
