using System.Globalization;

namespace Kanban.Bus.Worker.Shim;

/// <summary>The cgroup of one run: its command and all that comes of it; the shim stays outside. It may be gone at any time.</summary>
internal sealed class RunCgroup
{
    private const string Mark = "kanban-run-";

    // ENODEV: the cgroup was removed between opening one of its files and reading it.
    private const int NoDevice = 19;

    private RunCgroup(string path) => Path = path;

    public string Path { get; }

    /// <summary>Whether anything lives in it or below it; a zombie does not count.</summary>
    public bool IsPopulated => Lines(Path, "cgroup.events").Contains("populated 1");

    public static RunCgroup Create(string parent, Guid runId)
    {
        var path = System.IO.Path.Combine(parent, Mark + runId);
        Directory.CreateDirectory(path);
        return new RunCgroup(path);
    }

    /// <summary>From a path that was noted on disk; null when it is not this run's: a changed note can't have anything else killed.</summary>
    public static RunCgroup? Of(Guid runId, string path) =>
        System.IO.Path.IsPathRooted(path) && System.IO.Path.GetFileName(path) == Mark + runId ? new RunCgroup(path) : null;

    /// <summary>Removes empty ones whose worker never came back to do it. What is younger than a minute may be a run about to be started, by another worker.</summary>
    public static void RemoveLeft(string parent, DateTimeOffset now)
    {
        foreach (var path in Directory.EnumerateDirectories(parent, Mark + "*").Where(p => now - Directory.GetLastWriteTimeUtc(p) > TimeSpan.FromMinutes(1)).ToList())
        {
            var left = new RunCgroup(path);
            try
            {
                if (!left.IsPopulated)
                    left.Remove();
            }
            catch (IOException)
            {
                // Something was put into it meanwhile: it is in use.
            }
        }
    }

    /// <summary>Live processes in it and in the cgroups that the run made below it.</summary>
    public IReadOnlyList<int> Processes() =>
        [.. Folders().SelectMany(f => Lines(f, "cgroup.procs")).Select(l => int.Parse(l, CultureInfo.InvariantCulture)).Where(pid => pid > 0)];

    /// <summary>The kernel kills everything in it and below it; what is being forked at this moment as well.</summary>
    public void Kill()
    {
        try
        {
            File.WriteAllText(System.IO.Path.Combine(Path, "cgroup.kill"), "1");
        }
        catch (Exception e) when (IsGone(e))
        {
            // Removed already, so it was empty.
        }
    }

    /// <summary>Does nothing when it is gone.</summary>
    /// <exception cref="IOException">Something lives in it.</exception>
    public void Remove()
    {
        foreach (var folder in Folders().Reverse())
        {
            try
            {
                Directory.Delete(folder);
            }
            catch (Exception e) when (IsGone(e))
            {
                // As wanted.
            }
        }
    }

    /// <summary>Each before what is below it.</summary>
    private IEnumerable<string> Folders()
    {
        try
        {
            return [Path, .. Directory.EnumerateDirectories(Path, "*", SearchOption.AllDirectories)];
        }
        catch (Exception e) when (IsGone(e))
        {
            return [];
        }
    }

    /// <summary>Writes one of its files, where the kernel has it.</summary>
    public void Set(string file, long value)
    {
        if (File.Exists(System.IO.Path.Combine(Path, file)))
            File.WriteAllText(System.IO.Path.Combine(Path, file), value.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>The only line of one of its files; null where there is none.</summary>
    public string? Read(string file) => Lines(Path, file).FirstOrDefault();

    /// <summary>How often something happened, by a file such as <c>memory.events</c>; 0 where the kernel does not count it.</summary>
    public long Count(string file, string what) =>
        Lines(Path, file).Select(l => l.Split(' ')).FirstOrDefault(l => l[0] == what) is [_, var number] ? long.Parse(number, CultureInfo.InvariantCulture) : 0;

    private static string[] Lines(string folder, string file)
    {
        try
        {
            return File.ReadAllLines(System.IO.Path.Combine(folder, file));
        }
        catch (Exception e) when (IsGone(e))
        {
            return [];
        }
    }

    private static bool IsGone(Exception e) => e is FileNotFoundException or DirectoryNotFoundException or IOException { HResult: NoDevice };
}
