using System.Globalization;

namespace Kanban.Bus.Worker.Hosting.Pressure;

/// <summary>How a host stands at one moment; null where it does not tell.</summary>
/// <param name="DiskFreeMb">On the disk of the worker's state directory.</param>
/// <param name="Memory">Percent of the last minute in which something waited for it; so the others.</param>
internal sealed record HostReading(long? DiskFreeMb, double? Memory, double? Cpu, double? Io)
{
    public static HostReading Of(string home, string pressure = "/proc/pressure") =>
        new(Free(home), Some(Path.Combine(pressure, "memory")), Some(Path.Combine(pressure, "cpu")), Some(Path.Combine(pressure, "io")));

    /// <summary>The share of <c>some avg60</c> in a file of PSI.</summary>
    internal static double? Parse(string text)
    {
        foreach (var line in text.Split('\n'))
            if (line.StartsWith("some ", StringComparison.Ordinal))
                foreach (var word in line.Split(' '))
                    if (word.StartsWith("avg60=", StringComparison.Ordinal) && double.TryParse(word.AsSpan(6), CultureInfo.InvariantCulture, out var share))
                        return share;
        return null;
    }

    private static double? Some(string file)
    {
        try
        {
            return Parse(File.ReadAllText(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A kernel without PSI, or one where it is switched off.
            return null;
        }
    }

    private static long? Free(string home)
    {
        try
        {
            return new DriveInfo(home).AvailableFreeSpace / (1024 * 1024);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }
}
