namespace Kanban.Bus.Board.Hosting;

/// <summary>Finds what somebody probably meant.</summary>
public static class Nearest
{
    /// <summary>The known word closest to what was given, case aside; null when none is close enough to be a likely slip.</summary>
    public static string? To(string given, IEnumerable<string> known)
    {
        // A third of the letters may be wrong; in a short word, one.
        var allowed = Math.Max(1, given.Length / 3);
        string? best = null;
        foreach (var word in known)
        {
            if (Math.Abs(word.Length - given.Length) > allowed)
                continue;
            var distance = Distance(given.ToLowerInvariant(), word.ToLowerInvariant());
            if (distance <= allowed && (best is null || distance < allowed))
            {
                best = word;
                allowed = distance;
            }
        }
        return best;
    }

    /// <summary><c> Did you mean 'x'?</c> with its leading space, or nothing.</summary>
    public static string Hint(string given, IEnumerable<string> known) => Hint(To(given, known));

    public static string Hint(string? nearest) => nearest is null ? "" : $" Did you mean '{nearest}'?";

    /// <summary>Edits from one to the other: a letter added, dropped or changed, or two neighbours swapped.</summary>
    private static int Distance(string a, string b)
    {
        var rows = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
            rows[i, 0] = i;
        for (var j = 0; j <= b.Length; j++)
            rows[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                rows[i, j] = Math.Min(Math.Min(rows[i - 1, j] + 1, rows[i, j - 1] + 1), rows[i - 1, j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
            }
        return rows[a.Length, b.Length];
    }
}
