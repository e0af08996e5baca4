using System.Globalization;
using System.Runtime.InteropServices;

namespace Kanban.Bus.Worker.Shim;

/// <summary>What processes and folders take of the host, as the kernel counts it.</summary>
internal static class Usage
{
    /// <summary>Entries of a folder that are looked at; what is beyond counts for nothing.</summary>
    public const int MostEntries = 500_000;

    private const int BlockBytes = 512;

    /// <summary>A process and its threads; 0 when it has ended.</summary>
    public static int Tasks(int pid)
    {
        try
        {
            return Directory.GetDirectories($"/proc/{pid}/task").Length;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    /// <summary>Memory of all of them together. Pages that several share count once for all who share them, which is slower to find out, so that it is done only near the limit.</summary>
    public static long MemoryBytes(IReadOnlyList<int> pids, long limit)
    {
        var resident = pids.Sum(Resident);
        return resident <= limit ? resident : pids.Sum(pid => Proportional(pid) ?? Resident(pid));
    }

    /// <summary>Blocks of the files below these folders, links not followed, a file with several names counted once.</summary>
    public static long DiskBytes(IEnumerable<string> folders)
    {
        var (bytes, seen) = (0L, 0);
        var several = new HashSet<ulong>();
        var left = new Queue<string>(folders);
        while (left.TryDequeue(out var folder))
        {
            try
            {
                foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos())
                {
                    if (++seen > MostEntries)
                        return bytes;
                    if (entry is DirectoryInfo && entry.LinkTarget is null)
                        left.Enqueue(entry.FullName);
                    if (StatX(AtCurrentFolder, entry.FullName, NoFollow, NamesAndBlocks, out var stat) == 0 && (stat.Names < 2 || entry is DirectoryInfo || several.Add(stat.Inode)))
                        bytes += (long)stat.Blocks * BlockBytes;
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Removed meanwhile, or closed by the run itself: what lies there can't be counted.
            }
        }
        return bytes;
    }

    private static long Resident(int pid) =>
        Text(pid, "statm")?.Split(' ') is [_, var pages, ..] ? long.Parse(pages, CultureInfo.InvariantCulture) * Environment.SystemPageSize : 0;

    private static long? Proportional(int pid)
    {
        var line = Text(pid, "smaps_rollup")?.Split('\n').FirstOrDefault(l => l.StartsWith("Pss:", StringComparison.Ordinal));
        return line is null ? null : long.Parse(line.AsSpan("Pss:".Length, line.Length - "Pss: kB".Length).Trim(), CultureInfo.InvariantCulture) * 1024;
    }

    private static string? Text(int pid, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/{file}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private const int AtCurrentFolder = -100;
    private const int NoFollow = 0x100;
    private const uint NamesAndBlocks = 0x4 | 0x100 | 0x400;

    [DllImport("libc", EntryPoint = "statx")]
    private static extern int StatX(int folder, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mask, out Stat stat);

    /// <summary><c>struct statx</c>, alike on all architectures.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Stat
    {
        [FieldOffset(16)] public uint Names;
        [FieldOffset(32)] public ulong Inode;
        [FieldOffset(48)] public ulong Blocks;
    }
}
