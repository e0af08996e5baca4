using System.Text;
using System.Text.RegularExpressions;

namespace Kanban.Bus.Worker.Artifacts;

/// <param name="Name">Its path within the workspace, with <c>/</c>.</param>
internal sealed record FoundFile(string Name, string Path, long SizeBytes);

/// <summary>Finds what patterns name in a workspace whose run is dead. No link is followed, so nothing outside the workspace is found, and what is no plain file is passed over.</summary>
/// <remarks><c>*</c> and <c>?</c> stay within a folder, <c>**</c> goes through any; a folder's name stands for all in it.</remarks>
internal static class ArtifactSearch
{
    /// <summary>Entries of a workspace that are looked at.</summary>
    public const int MostEntries = 200_000;

    // The run's home and temporary files, and what a repository keeps of itself.
    private static readonly string[] NotLookedInto = [".home", ".tmp", ".git"];

    /// <returns>By name; <c>Whole</c> is false when the workspace has more entries than are looked at.</returns>
    public static (List<FoundFile> Files, bool Whole) Find(string workspace, IReadOnlyList<string> patterns)
    {
        var wanted = new Regex(string.Join('|', patterns.Select(ToRegex)), RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
        var found = new List<FoundFile>();
        var folders = new Queue<(string Path, string Name)>([(workspace, "")]);
        var seen = 0;
        while (folders.TryDequeue(out var folder))
        {
            foreach (var entry in Entries(folder.Path))
            {
                if (++seen > MostEntries)
                    return (Sorted(found), false);
                var name = folder.Name + entry.Name;
                if (entry.LinkTarget is not null)
                    continue;
                if (entry is DirectoryInfo)
                {
                    if (folder.Name.Length > 0 || !NotLookedInto.Contains(entry.Name))
                        folders.Enqueue((entry.FullName, name + "/"));
                }
                else if (wanted.IsMatch(name) && entry is FileInfo file && (file.Attributes & FileAttributes.Device) == 0 && file.UnixFileMode != UnixFileMode.None)
                {
                    found.Add(new FoundFile(name, file.FullName, file.Length));
                }
            }
        }
        return (Sorted(found), true);
    }

    private static IEnumerable<FileSystemInfo> Entries(string folder)
    {
        try
        {
            return [.. new DirectoryInfo(folder).EnumerateFileSystemInfos()];
        }
        catch (Exception e) when (e is DirectoryNotFoundException or UnauthorizedAccessException)
        {
            // Gone, or closed by the run itself: there is nothing to be had of it.
            return [];
        }
    }

    private static string ToRegex(string pattern)
    {
        var text = new StringBuilder("^");
        var rest = pattern.TrimEnd('/');
        for (var i = 0; i < rest.Length; i++)
        {
            if (rest.AsSpan(i).StartsWith("**/", StringComparison.Ordinal))
            {
                text.Append("(.*/)?");
                i += 2;
            }
            else if (rest.AsSpan(i).StartsWith("**", StringComparison.Ordinal))
            {
                text.Append(".*");
                i++;
            }
            else
            {
                text.Append(rest[i] switch { '*' => "[^/]*", '?' => "[^/]", var letter => Regex.Escape(letter.ToString()) });
            }
        }
        return text.Append("(/.*)?$").ToString();
    }

    private static List<FoundFile> Sorted(List<FoundFile> files) => [.. files.OrderBy(f => f.Name, StringComparer.Ordinal)];
}
