using System.Text.Json;
using Kanban.Bus.Contracts;
using Kanban.Bus.Worker.Spool;

namespace Kanban.Bus.Worker.Executors.Agents;

/// <summary>What each session has used so far, kept beside the sessions themselves: some agents count over all of a session, and a run answers for its own part alone.</summary>
internal static class SessionTotals
{
    private const int MostBytes = 1024 * 1024;
    private const string Name = "kanban-usage.json";

    /// <summary>Null for a session that is not known here.</summary>
    public static AgentUsage? Of(string folder, string? session) => session is null ? null : Read(folder).GetValueOrDefault(session);

    public static void Keep(AgentState state)
    {
        if (state is not { Session: { } session, Usage: { } used, Folder: { } folder } || !Directory.Exists(folder))
            return;
        var all = Read(folder);
        all[session] = used + (state.Before ?? new AgentUsage());
        try
        {
            AtomicFile.Write(Path.Combine(folder, Name), JsonSerializer.SerializeToUtf8Bytes(all, WorkerJson.Client.SessionTotals));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A full disk, or a folder in its place: the next run of the session answers for this one's part as well.
        }
    }

    /// <summary>The folder is the agent's as well: what it, or a power cut, left of the file may be anything.</summary>
    private static Dictionary<string, AgentUsage> Read(string folder)
    {
        try
        {
            return PlainFile.ReadAllBytes(Path.Combine(folder, Name), MostBytes) is { } bytes ? JsonSerializer.Deserialize(bytes, WorkerJson.Client.SessionTotals) ?? [] : [];
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
