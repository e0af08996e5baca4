using System.Text;
using Kanban.Bus.Worker.Workspaces;

namespace Kanban.Bus.Worker.Executors.Agents;

/// <summary>Where agents keep their sessions: a folder per task and profile, below the worker's own. It outlives the run, so that the next one can go on with the session.</summary>
internal sealed class AgentHomes(string home)
{
    internal const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private static readonly TimeSpan Kept = TimeSpan.FromDays(14);

    private string Folder => Path.Combine(home, "agents");

    public string For(string taskKey, string profile) => Path.Combine(Folder, $"{taskKey}.{profile}");

    /// <summary>Makes it, or notes that it is in use: its age counts from its last one.</summary>
    public static void Use(string folder, DateTimeOffset now)
    {
        Directory.CreateDirectory(folder, OwnerOnly);
        Directory.SetLastWriteTimeUtc(folder, now.UtcDateTime);
    }

    /// <summary>Removes what no run has used for two weeks. What is left of a removal by halves is removed the next time.</summary>
    /// <remarks>Called before anything is started, so none is in use but by runs that go on, and those are younger.</remarks>
    /// <returns>Why some could not be removed; empty when all is well.</returns>
    public string Sweep(DateTimeOffset now)
    {
        var faults = new StringBuilder();
        if (!Directory.Exists(Folder))
            return "";
        foreach (var folder in Directory.EnumerateDirectories(Folder).Where(f => now - Directory.GetLastWriteTimeUtc(f) > Kept).ToList())
        {
            try
            {
                OwnFolder.Remove(folder);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                faults.Append(faults.Length == 0 ? "" : "; ").Append(e.Message);
            }
        }
        return faults.ToString();
    }
}
