using System.ComponentModel.DataAnnotations;

namespace Kanban.Bus.Board.Admission;

/// <summary>The caps that hold for the whole board service, and how hard admission looks.</summary>
public sealed class AdmissionOptions
{
    public const string Section = "Admission";

    /// <summary>Most runs, offered and held, over all lanes and boards; 0 for no cap. Default 0; up to 100,000.</summary>
    [Range(0, 100_000)]
    public int MaxActiveTasks { get; set; }

    /// <summary><see cref="MaxActiveTasks"/>, null for no cap.</summary>
    internal int? MostActive => MaxActiveTasks is 0 ? null : MaxActiveTasks;

    /// <summary>Offers per queue beyond the free slots of its workers. Default 0; up to 100.</summary>
    /// <remarks>More shortens the gap between two runs on one slot; it also lets waiting offers hold units of caps that others could use.</remarks>
    [Range(0, 100)]
    public int LookAhead { get; set; }

    /// <summary>Tasks of a queue looked at beyond those that there is room for, to pass by ones that are held one by one: retries, and what would not end before a lane closes. Default 100; 1 to 10,000.</summary>
    [Range(1, 10_000)]
    public int ScanLimit { get; set; } = 100;

    /// <summary>What one point of priority is worth in waiting. Default 10 min; 1 s to 1 day.</summary>
    /// <remarks>
    /// A task that becomes ready later passes an older one only for the difference of their priorities times the step, and one step more where fairness counts.
    /// Longer: priority weighs more. Shorter: age does.
    /// </remarks>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan AgeingStep { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Between whose tasks turns within one step are shared out: <c>board</c>, <c>creator</c>, <c>label:PREFIX</c> or <c>none</c>. Default <c>board</c>.</summary>
    /// <remarks>The one with the fewest live runs for its weight goes next. With <c>label:team-</c> a task counts for its first label that begins so.</remarks>
    public string FairBetween { get; set; } = AdmissionGroup.ByBoard;

    /// <summary>How long past its turn a task that does not fit is passed by others, until what it lacks is kept for it. Default 5 min; 0 to 1 day.</summary>
    /// <remarks>Shorter: tasks that draw much start sooner, and units stand idle more often while they are gathered.</remarks>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan ReserveAfter { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Offers made in one transaction. Default 500; 1 to 1,000.</summary>
    [Range(1, 1_000)]
    public int BatchSize { get; set; } = 500;

    /// <summary>The backstop: while tasks or offers wait or an alarm is open, and where other replicas share the database, admission looks this often even when nothing woke it. Default 1.5 s.</summary>
    /// <remarks>So what was changed on another replica holds within 2 s though its hint was lost.</remarks>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:05:00")]
    public TimeSpan Tick { get; set; } = TimeSpan.FromSeconds(1.5);

    /// <summary>Nothing starts by itself: only <c>kanban dispatch</c> makes a pass. Default false.</summary>
    /// <remarks>For who starts work from a cron of their own. What only waits (times, parents, windows) is still moved on.</remarks>
    public bool ByHand { get; set; }

    /// <summary>An offer that nobody has claimed for this long is published again. Default 20 s; 1 s to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan RepublishAfter { get; set; } = TimeSpan.FromSeconds(20);
}
