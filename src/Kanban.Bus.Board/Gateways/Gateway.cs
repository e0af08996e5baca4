using Kanban.Bus.Board.Admission;
using Kanban.Bus.Board.Pools;
using Kanban.Bus.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Gateways;

/// <summary>Probe and controller of a pool of kind <c>gateway</c>: how it is asked, what it said last, where its cap stands. It is always read with its pool.</summary>
public sealed class Gateway
{
    /// <summary>The pool's name.</summary>
    public required string Pool { get; init; }

    public ProbeKind Probe { get; set; }

    /// <summary><c>http://gpu-1:8000</c>, perhaps with a path before those that the probe asks for; null where nothing is asked.</summary>
    public string? Address { get; set; }

    /// <summary>Name of the environment variable that holds the key. The key itself is nowhere but there.</summary>
    public string? KeyName { get; set; }

    /// <summary>What a Prometheus is asked.</summary>
    public string? Query { get; set; }

    public double? OverloadAbove { get; set; }
    public double? HealthyBelow { get; set; }

    /// <summary>A person's cap holds: the pool's capacity.</summary>
    public bool Held { get; set; }

    /// <summary>As of <see cref="ControllerState"/>, as are the next eleven.</summary>
    public int Cap { get; set; }

    public int? Stable { get; set; }
    public DateTimeOffset? MovedAt { get; set; }
    public DateTimeOffset? CalmSince { get; set; }
    public int Overloads { get; set; }
    public int Overshoots { get; set; }
    public double? Baseline { get; set; }
    public double? RunBaseline { get; set; }
    public int Misses { get; set; }
    public string? Frozen { get; set; }
    public int? Failed { get; set; }

    /// <summary>Why the cap was lowered last; null once it has risen since.</summary>
    public string? Lowered { get; set; }

    public DateTimeOffset? ProbedAt { get; set; }

    /// <summary>The last <see cref="Gateways.Signals"/>, as JSON; null before the first.</summary>
    public string? Signals { get; set; }

    /// <summary>When it is probed next, by the database's clock. Who probes it puts that off by a probe's longest time first: that is its lease.</summary>
    public DateTimeOffset NextAt { get; set; }

    /// <summary>Rises with each turn of probing, and with each change by hand, which makes the turn under way void.</summary>
    public long Turn { get; set; }

    /// <summary>What runs have reported since the last look: requests refused, timed out, answered, and how long these took together.</summary>
    public int ReportedRefused { get; set; }

    public int ReportedTimedOut { get; set; }
    public int ReportedAnswered { get; set; }
    public double ReportedMs { get; set; }

    public ControllerState Controller
    {
        get => new(Cap, Stable, MovedAt, CalmSince, Overloads, Overshoots, Baseline, RunBaseline, Misses, Frozen, Failed);
        set => (Cap, Stable, MovedAt, CalmSince, Overloads, Overshoots, Baseline, RunBaseline, Misses, Frozen, Failed) = value;
    }

    /// <summary>The cap that holds, and where its value comes from.</summary>
    public Cap Effective(Pool pool)
    {
        if (Held)
            return new Cap(pool.Key, pool.Capacity, CapSource.Override, pool.Paused, pool.PausedReason, "held by hand");
        var (floor, ceiling) = Bounds(pool);
        return new Cap(pool.Key, Math.Clamp(Cap, floor, ceiling), CapSource.Controller, pool.Paused, pool.PausedReason, Frozen is null ? Lowered : "frozen: " + Frozen);
    }

    public static (int Floor, int Ceiling) Bounds(Pool pool)
    {
        var ceiling = pool.Ceiling ?? pool.Capacity ?? 0;
        return (Math.Min(pool.Floor ?? 1, ceiling), ceiling);
    }

    internal static void Configure(ModelBuilder model)
    {
        model.Entity<Gateway>(gateway =>
        {
            gateway.ToTable("gateways").HasKey(g => g.Pool);
            gateway.Ignore(g => g.Controller);
            gateway.Property(g => g.Turn).IsConcurrencyToken();
            gateway.HasOne<Pool>().WithOne(p => p.Gateway).HasForeignKey<Gateway>(g => g.Pool).OnDelete(DeleteBehavior.Cascade);
        });
        model.Entity<Pool>().Navigation(p => p.Gateway).AutoInclude();
    }
}
