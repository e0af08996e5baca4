using System.Globalization;
using Kanban.Bus.IntegrationTests.Servers;
using Xunit.Abstractions;

namespace Kanban.Bus.IntegrationTests.Faults;

/// <summary>A cap while everything around it dies. Here for a few seconds with 64 slots on few workers; for a minute with 64 workers by <c>make bench NAMES=chaos</c>.</summary>
public sealed class CapChaosTests(ITestOutputHelper output)
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly Guid One = Guid.CreateVersion7();
    private static readonly Guid Two = Guid.CreateVersion7();

    // Reproducible on purpose, and nothing secret.
#pragma warning disable CA5394
    [NeedsServersFact]
    public async Task A_cap_of_four_holds_and_is_used_while_workers_and_boards_are_killed()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("KANBAN_FAULT_SEED"), CultureInfo.InvariantCulture, out var given) ? given : Random.Shared.Next();
        output.WriteLine($"KANBAN_FAULT_SEED={seed}");

        var chaos = new CapChaos(workers: 8, slotsEach: 8, TimeSpan.FromSeconds(16), every: TimeSpan.FromSeconds(4), new Random(seed), output.WriteLine);
        var (use, broken) = await chaos.RunAsync();

        Assert.True(broken.Count == 0, string.Join('\n', broken));
        Assert.Equal(CapChaos.Cap, use.Most);
        Assert.InRange(use.Used, 0.8, 1);
    }
#pragma warning restore CA5394

    [Fact]
    public void Use_is_what_was_held_while_something_waited()
    {
        // One waits alone for 2 s, runs while two waits for 6 s, and is alone again: of two units, six unit-seconds out of sixteen.
        AuditRow[] audit = [Task(0, "a", "ready"), Run(2, "a", One, true), Task(2, "b", "ready"), Run(8, "b", Two, true), Run(9, "a", One, false), Task(9, "a", "done")];

        var use = SlotUse.Of(audit, cap: 2, Noon, Noon.AddSeconds(20));

        Assert.Equal((2, TimeSpan.FromSeconds(8), 6 / 16.0), (use.Most, use.Waited, use.Used));
    }

    [Fact]
    public void Use_is_counted_between_two_moments_only_and_the_most_at_all_times()
    {
        AuditRow[] audit = [Task(0, "a", "ready"), Task(0, "b", "ready"), Task(0, "c", "ready"), Run(1, "a", One, true), Run(1, "b", Two, true), Run(5, "b", Two, false)];

        var use = SlotUse.Of(audit, cap: 2, Noon.AddSeconds(4), Noon.AddSeconds(6));

        Assert.Equal((2, TimeSpan.FromSeconds(2), 0.75), (use.Most, use.Waited, use.Used));
    }

    private static AuditRow Task(int second, string task, string became) =>
        new(false, task, null, null, became, false, false, 0, null, null, null, null, null, 0, 0, 0) { At = Noon.AddSeconds(second) };

    private static AuditRow Run(int second, string task, Guid run, bool live) =>
        new(true, task, run, null, live ? "Offered" : "Succeeded", !live, live, 0, null, "work", "web", null, null, 0, 0, 0) { At = Noon.AddSeconds(second) };
}
