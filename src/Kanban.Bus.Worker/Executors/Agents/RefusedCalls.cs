using System.Text.Json;
using Kanban.Bus.Worker.Spool;

namespace Kanban.Bus.Worker.Executors.Agents;

/// <summary>Something that an agent was not allowed to do.</summary>
/// <param name="Kind">Of tool, in the agent's words.</param>
/// <param name="Input">What it was to do, to the letter: the agent may do just that when a person allows it.</param>
/// <param name="Text">As people read it.</param>
internal sealed record RefusedCall(string Kind, string Input, string Text)
{
    public bool IsSameAs(RefusedCall other) => Kind == other.Kind && Input == other.Input;
}

/// <summary>What the runs of one task and profile were refused on this host, kept beside their sessions. A person's answer allows what stands here and nothing else: the board knows none of it, and can't add to it.</summary>
internal static class RefusedCalls
{
    private const string Name = "kanban-refused.json";
    private const int Most = 50;

    /// <summary>What this run may do beside what its profile says.</summary>
    public static List<RefusedCall> AllowedNow(LaunchOrder order) =>
        order is { Grant.Allowed: true, Profile.AllowWhenAnswered: true } ? Read(order.AgentHome) : [];

    /// <summary>For the next run; a run that was refused nothing changes nothing.</summary>
    public static void Keep(AgentState state)
    {
        if (state is not { AsksWhenRefused: true, Refused.Count: > 0, Home: { } home })
            return;
        // What was allowed this time is asked for again otherwise, in turn with the new.
        var all = state.Refused.Concat(state.Allowed).Where(r => r.Input.Length > 0).DistinctBy(r => (r.Kind, r.Input)).Take(Most).ToList();
        try
        {
            Directory.CreateDirectory(home, AgentHomes.OwnerOnly);
            AtomicFile.Write(Path.Combine(home, Name), JsonSerializer.SerializeToUtf8Bytes(all, WorkerJson.Client.RefusedCalls));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A full disk: the next run is refused the same, and asks again.
        }
    }

    private static List<RefusedCall> Read(string home)
    {
        try
        {
            return PlainFile.ReadAllBytes(Path.Combine(home, Name)) is { } bytes ? JsonSerializer.Deserialize(bytes, WorkerJson.Client.RefusedCalls) ?? [] : [];
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
