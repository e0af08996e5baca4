using System.Globalization;
using Kanban.Bus.IntegrationTests.Faults;

namespace Kanban.Bus.Benchmarks.Chaos;

/// <summary>A cap of four for a minute of kills, with 64 workers. <c>KANBAN_FAULT_SEED</c> repeats one order of kills.</summary>
public static class ChaosBench
{
    private const int Workers = 64;

    public static async Task<IReadOnlyList<Figure>> RunAsync()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("KANBAN_FAULT_SEED"), CultureInfo.InvariantCulture, out var given) ? given : Environment.TickCount;
        Console.WriteLine($"KANBAN_FAULT_SEED={seed}");
        // Reproducible on purpose, and nothing secret.
#pragma warning disable CA5394
        var chaos = new CapChaos(Workers, slotsEach: 1, TimeSpan.FromSeconds(60), every: TimeSpan.FromSeconds(4), new Random(seed), Console.WriteLine);
#pragma warning restore CA5394
        var (use, broken) = await chaos.RunAsync();
        if (broken.Count > 0)
            throw new InvalidOperationException($"Promises were broken:\n{string.Join('\n', broken)}");
        var conditions = $"three boards, {Workers} workers as processes, a pool of {CapChaos.Cap} units; for 60 s, every 4 s two workers and a board killed by SIGKILL and started again; by triggers in the database";
        return
        [
            new("chaos.most_used", use.Most, "units", conditions),
            new("chaos.slots_used_percent", 100 * use.Used, "%", conditions + "; of the time in which tasks waited"),
        ];
    }
}
