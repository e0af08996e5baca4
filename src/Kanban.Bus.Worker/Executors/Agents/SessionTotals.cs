using System.Text.Json;
using Kanban.Bus.Contracts;
using Kanban.Bus.Worker.Spool;

namespace Kanban.Bus.Worker.Executors.Agents;

/// <summary>What each session has used so far, kept beside the sessions themselves: some agents count over all of a session, and a run answers for its own part alone.</summary>
internal static class SessionTotals
{
    private const string Name = "kanban-usage.json";

    /// <summary>Null for a session that is not known here.</summary>
    public static AgentUsage? Of(string folder, string? session) => session is null ? null : Read(folder).GetValueOrDefault(session);

    public static void Keep(AgentState state)
    {
        if (state is not { Session: { } session, Usage: { } used, Folder: { } folder } || !Directory.Exists(folder))
            return;
        var all = Read(folder);
        all[session] = used + (state.Before ?? new AgentUsage());
        AtomicFile.Write(Path.Combine(folder, Name), JsonSerializer.SerializeToUtf8Bytes(all, Json.Client));
    }

    private static Dictionary<string, AgentUsage> Read(string folder) =>
        PlainFile.ReadAllBytes(Path.Combine(folder, Name)) is { } bytes ? JsonSerializer.Deserialize<Dictionary<string, AgentUsage>>(bytes, Json.Client) ?? [] : [];
}
