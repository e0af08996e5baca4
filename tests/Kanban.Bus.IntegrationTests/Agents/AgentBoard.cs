using System.Globalization;
using System.Text.Json;
using Kanban.Bus.Contracts;
using Kanban.Bus.IntegrationTests.Harness;
using Kanban.Bus.IntegrationTests.Servers;
using Kanban.Bus.Tests.Harness;

namespace Kanban.Bus.IntegrationTests.Agents;

/// <summary><c>kanban up</c> with one lane and one profile, whose agent calls a <see cref="ModelServer"/>.</summary>
internal sealed class AgentBoard : IAsyncDisposable
{
    private const string Key = "an-admin-key-of-at-least-32-characters";
    private readonly string _folder = Directory.CreateTempSubdirectory("kanban-agents-").FullName;
    private readonly ServerProcess _process;

    private AgentBoard(ModelServer models, RealAgent agent)
    {
        Models = models;
        var url = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePorts.Take()}");
        var environment = new Dictionary<string, string>(KanbanProgram.Environment(_folder))
        {
            ["KANBAN__Home"] = Path.Combine(_folder, "board"),
            ["KANBAN__Listen"] = url,
            ["KANBAN__Access__AdminKey"] = Key,
            ["KANBAN__Lease__Heartbeat"] = "1s",
            ["KANBAN__Worker__DrainLimit"] = "00:00:01",
        };
        foreach (var (name, value) in agent.Profile(models.Url))
            environment[$"KANBAN__Worker__Profiles__agent__{name}"] = value;
        _process = ServerProcess.Start(_folder, "up", [KanbanProgram.Path, "up", "--lane", "agent=1"], environment);
        Api = new BoardApi(url, Key);
    }

    public ModelServer Models { get; }

    public BoardApi Api { get; }

    public static async Task<AgentBoard> StartAsync(RealAgent agent)
    {
        var board = new AgentBoard(await ModelServer.StartAsync(), agent);
        await Eventually.Async(async () => board._process.HasExited || (await board.Api.IsReadyAsync() && await board.Api.WorkerIsLiveAsync("local")),
            within: TimeSpan.FromMinutes(2), text: $"kanban up is ready: {board._process.LogFile}");
        if (board._process.HasExited)
            throw new InvalidOperationException("kanban up ended:\n" + board._process.LogTail(40));
        await board.Api.PatchAsync<LaneView>("lanes/agent", new { profile = "agent", graceSeconds = 10, retry = "never" });
        return board;
    }

    public async Task<string> AddAsync(string title) => (await Api.AddTaskAsync(new CreateTask(title, "agent", Body: "Do as the mock says, then end."))).Key;

    /// <summary>The task's newest run, once it has ended.</summary>
    public async Task<RunView> EndedAsync(string key, int number = 1) => await Eventually.ValueAsync(
        async () => (await Api.RunsAsync(key)).SingleOrDefault(r => r.Number == number && r.EndedAt is not null), within: TimeSpan.FromMinutes(3));

    /// <summary>The session of a run's agent.</summary>
    public async Task<string?> SessionAsync(RunView run) => (await Api.GetAsync<Page<JsonElement>>($"tasks/{run.TaskKey}/runs?limit=200")).Items
        .Single(r => r.GetProperty("id").GetGuid() == run.Id).TryGetProperty("session", out var session) ? session.GetString() : null;

    /// <summary>What the worker read of a run's agent: the words of its events with how many of each.</summary>
    public async Task<string> EventsAsync(Guid run)
    {
        var text = await Api.Http.GetStringAsync(new Uri($"runs/{run}/log?stream=events", UriKind.Relative));
        return string.Join(' ', text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(l => JsonDocument.Parse(l).RootElement.GetProperty("event").GetString())
            .GroupBy(t => t).Select(g => $"{g.Key}×{g.Count()}"));
    }

    public async ValueTask DisposeAsync()
    {
        await _process.EndAsync(Signals.Terminate, TimeSpan.FromSeconds(20));
        _process.Dispose();
        Api.Dispose();
        await Models.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
