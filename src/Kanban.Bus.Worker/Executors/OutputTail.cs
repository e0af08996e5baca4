using System.Text;
using System.Text.RegularExpressions;
using Kanban.Bus.Worker.Spool;

namespace Kanban.Bus.Worker.Executors;

/// <summary>The last lines a run wrote, as its summary when it reported none.</summary>
internal static partial class OutputTail
{
    private const int MostCharacters = 500;
    private const int TailBytes = 8 * 1024;

    /// <summary>The last lines of text that fit in 500 characters, without secrets, colour codes and control characters; null when there are none.</summary>
    /// <remarks>Secrets are covered before it is cut: half of one would be known by nobody.</remarks>
    public static string? Read(RunDirectory run, string stream)
    {
        try
        {
            using var file = PlainFile.OpenRead(run.LogFile(stream));
            if (file is null)
                return null;
            var bytes = new byte[TailBytes];
            var read = RandomAccess.Read(file, bytes, Math.Max(0, RandomAccess.GetLength(file) - TailBytes));
            return Of(run.Hide(Encoding.UTF8.GetString(bytes, 0, read)));
        }
        catch (IOException)
        {
            // The run has put something else in its place, which was logged when its output was first read.
            return null;
        }
    }

    internal static string? Of(string text)
    {
        var lines = ControlCodes().Replace(text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n'), "")
            .Split('\n').Select(l => l.TrimEnd()).Where(l => l.Length > 0).ToList();
        if (lines.Count == 0)
            return null;
        var last = lines[^1];
        var tail = last.Length > MostCharacters ? last[^MostCharacters..] : last;
        for (var i = lines.Count - 2; i >= 0 && tail.Length + lines[i].Length + 1 <= MostCharacters; i--)
            tail = lines[i] + "\n" + tail;
        return tail.Length > 0 && char.IsLowSurrogate(tail[0]) ? tail[1..] : tail;
    }

    // Escape sequences (colours, cursor, links), then every control character but the line feed and tab.
    [GeneratedRegex(@"\x1B\[[0-?]*[ -/]*[@-~]|\x1B\][^\x07\x1B]*(\x07|\x1B\\)|\x1B.|[\x00-\x08\x0B-\x1F\x7F]")]
    private static partial Regex ControlCodes();
}
