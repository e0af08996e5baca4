using System.Text.RegularExpressions;
using Kanban.Bus.Board.Fleet;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Storage;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Tasks;

/// <summary>Tells a capability that was misspelt from one that no worker has yet.</summary>
/// <remarks>A task may need what no worker has: it waits and says so. But when a known capability is one slip of the pen away, it is refused with that one named.</remarks>
public static partial class KnownCapabilities
{
    /// <returns>Capability as given and the name that was probably meant; null when none looks misspelt.</returns>
    public static async Task<(string Given, string Meant)?> MisspeltAsync(BoardDbContext db, IReadOnlyCollection<string> needs, CancellationToken ct)
    {
        if (needs.Count == 0)
            return null;
        var columns = await db.Workers.Where(w => w.Capabilities != "").Select(w => w.Capabilities).Distinct().ToListAsync(ct);
        var names = columns.SelectMany(RequirementSet.Split).Select(NameOf).ToHashSet(StringComparer.Ordinal);
        return Misspelt(needs, names);
    }

    internal static (string Given, string Meant)? Misspelt(IEnumerable<string> needs, IReadOnlySet<string> names)
    {
        foreach (var need in needs)
        {
            var name = NameOf(need);
            // 'gpu2' is not 'gpu1' misspelt.
            if (!names.Contains(name) && Nearest.To(name, names) is { } meant && Digits().Replace(name, "") != Digits().Replace(meant, ""))
                return (need, meant);
        }

        return null;
    }

    private static string NameOf(string capability) => capability.Split('=', '>', '<')[0];

    [GeneratedRegex("[0-9]")]
    private static partial Regex Digits();
}
