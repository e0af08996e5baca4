using System.Diagnostics;
using System.Globalization;

namespace Kanban.Bus.Benchmarks.Idle;

/// <summary>What a process takes of the machine, from <c>/proc</c>.</summary>
public sealed class ProcessCost
{
    /// <summary>The kernel counts processor time in hundredths of a second for everybody who reads it.</summary>
    private const double TicksPerSecond = 100;

    private readonly int _process;
    private readonly long _from = Stopwatch.GetTimestamp();
    private readonly double _before;

    private ProcessCost(int process) => (_process, _before) = (process, CpuSeconds(process));

    public static ProcessCost Watch(int process) => new(process);

    /// <summary>Processor time since the watch began, in percent of one core.</summary>
    public double CorePercent => 100 * (CpuSeconds(_process) - _before) / Stopwatch.GetElapsedTime(_from).TotalSeconds;

    /// <summary>Memory it holds now, shared pages included.</summary>
    public double ResidentMegabytes => double.Parse(
        File.ReadLines($"/proc/{_process}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture) / 1024;

    private static double CpuSeconds(int process)
    {
        var stat = File.ReadAllText($"/proc/{process}/stat");
        // Behind the name, which may hold anything: the 12th and 13th words are user and system time.
        var words = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (double.Parse(words[11], CultureInfo.InvariantCulture) + double.Parse(words[12], CultureInfo.InvariantCulture)) / TicksPerSecond;
    }
}
