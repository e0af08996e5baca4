using System.Globalization;
using System.Text;
using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;
using Kanban.Bus.Worker.Logs;
using Kanban.Bus.Worker.Shim;

namespace Kanban.Bus.Tests.Worker.Logs;

/// <summary>Runs alone: it looks at the memory of the whole process.</summary>
[CollectionDefinition(nameof(HugeLineTests), DisableParallelization = true)]
[Collection(nameof(HugeLineTests))]
public sealed class HugeLineTests
{
    private const int Most = 1 << 20;

    [Fact]
    public async Task One_line_of_500_MB_costs_neither_memory_nor_disk_and_its_beginning_and_end_are_kept()
    {
        await using var worker = await WorkerHarness.StartAsync(o => o.LogLimitBytes = Most);
        await File.WriteAllTextAsync("/proc/self/clear_refs", "5");
        var before = Memory("VmRSS");

        // Its line is written to the end, whoever says to stop; it waits to be told so, and for a look at its disk.
        var runId = await worker.OfferAsync(WorkerHarness.Grant(
            """
            told=
            trap 'told=1' TERM
            printf 'it begins'
            (trap '' TERM; head -c 500000000 /dev/zero | tr '\0' x)
            printf 'it ends'
            while [ -z "$told" ] || [ ! -e go ]; do sleep 0.05 || :; done
            """,
            new RunLimits(null, null, 120, OnDisconnect.Continue)));
        var directory = Path.Combine(worker.Home, "runs", runId.ToString());
        var length = 500_000_000 + "it begins".Length + "it ends".Length;
        await Eventually.Async(() => new FileInfo(Path.Combine(directory, "stdout")).Length == length);
        await Eventually.Async(() => Usage.DiskBytes([directory]) < 8 * Most);
        await File.WriteAllTextAsync(Path.Combine(directory, "workspace", "go"), "");
        var finish = await worker.FinishAsync(runId);

        Assert.Equal((Outcome.Failed, "wrote more than 1,048,576 bytes of output"), (finish.Outcome, finish.Reason));
        // 500 characters of it, and no more.
        Assert.Equal(new string('x', 493) + "it ends", finish.Summary);
        var log = Encoding.ASCII.GetString(worker.Board.Log(runId, "stdout")).Split('\n');
        Assert.Equal(3, log.Length);
        Assert.Equal("it begins" + new string('x', log[0].Length - "it begins".Length), log[0]);
        Assert.InRange(log[0].Length, Most - (2 * LogFile.TailBytes), Most);
        Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"[kanban: {length - log[0].Length - log[2].Length:N0} bytes of {length:N0} left out here]"), log[1]);
        Assert.Equal(new string('x', LogFile.TailBytes - "it ends".Length) + "it ends", log[2]);
        Assert.InRange(Memory("VmHWM") - before, long.MinValue, 150 << 20);
    }

    /// <summary>Bytes of this process as the kernel counts them: now, or at most since that was reset.</summary>
    private static long Memory(string what) =>
        long.Parse(File.ReadLines("/proc/self/status").First(l => l.StartsWith(what + ":", StringComparison.Ordinal)).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
}
