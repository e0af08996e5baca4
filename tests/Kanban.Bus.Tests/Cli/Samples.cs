using System.Text.Json;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Tests.Cli;

/// <summary>Answers such as a board gives.</summary>
internal static class Samples
{
    public static readonly DateTimeOffset At = new(2026, 5, 1, 8, 0, 0, TimeSpan.Zero);

    private static readonly Dictionary<string, int> NoDraws = [];

    public static TaskView Task(string key = "main-1", Status status = Status.Ready, string? reason = null, string? summary = null, string title = "Say hello") => new(
        key, "main", "shell", title, status, 0, null, [], [], null, null, false, reason, status == Status.Ready ? "It is next." : null, 0, 1,
        At, At, status is Status.Done or Status.Failed or Status.Cancelled ? At.AddMinutes(1) : null, "key:admin", null, summary, 0, 0, NoDraws);

    public static TaskDetail Detail(TaskView task, params RunView[] runs) => new(task, "echo hello", null, [], [], runs, []);

    public static RunView Run(int number = 1, RunState state = RunState.Succeeded, Guid? id = null, long logBytes = 0) => new(
        id ?? Guid.CreateVersion7(), "main-1", number, "shell", state, "local", "laptop", number, At, At, At, null, null, null, null, 0, null, null, null, logBytes);

    public static LogChunkView Chunk(long id, string stream, byte[] data) => new(id, stream, 0, data, At);

    public static EventView Event(string id, string kind, object? data = null) => new(
        "1.0", id, EventTypes.OnTheWire(kind), "/boards/main", "main-1", At, "key:admin", "main-1", "main", "shell", null, null,
        JsonSerializer.SerializeToElement(data ?? new { }));

    public static LaneView Lane(string name = "shell", int? cap = null, bool paused = false) => new(
        name, cap, "shell", RetryMode.Auto, 3, null, null, 10, OnDisconnect.Continue, paused, paused ? "lunch" : null, 5, 0, 0, 0, 1, 2, null, NoDraws, cap, CapSource.Configured, null, []);

    public static PoolView Pool(string name = "vllm-a", int? cap = 2, bool paused = false) => new(
        name, PoolKind.Gateway, cap, null, null, cap, CapSource.Configured, 1, 0, paused, paused ? "quota" : null, NoDraws, null, 1, At, []);

    public static Page<T> Page<T>(params T[] items) => new(items, null);

    /// <summary>A message of an event stream.</summary>
    public static string Sse<T>(string name, T data, string? id = null) =>
        (id is null ? "" : $"id: {id}\n") + $"event: {name}\ndata: {JsonSerializer.Serialize(data, Json.Board)}";
}
