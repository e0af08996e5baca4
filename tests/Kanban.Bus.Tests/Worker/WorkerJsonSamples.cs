using System.Text.Json;
using System.Text.Json.Nodes;
using Kanban.Bus.Contracts;
using Kanban.Bus.Worker.Executors;
using Kanban.Bus.Worker.Executors.Agents;
using Kanban.Bus.Worker.Hosting;
using Kanban.Bus.Worker.Runs;
using Kanban.Bus.Worker.Workspaces;

namespace Kanban.Bus.Tests.Worker;

/// <summary>One of each type that the worker writes or reads, with nothing left out, and none as it would be if it were.</summary>
internal static class WorkerJsonSamples
{
    private static readonly Guid Id = Guid.Parse("01990000-0000-7000-8000-000000000001");
    private static readonly DateTimeOffset At = new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.FromHours(2));
    private static readonly JsonElement Any = JsonElement.Parse("""{"a":[1,2.50,"é<\u0000"],"B":{"c":true}}""");

    private static readonly AgentUsage Usage = new(1, 2, 3, 4, 5, 0.10m) { Agent = "codex", Model = "m-1", Turns = 6 };
    private static readonly HeldRun Held = new(Id, 7);
    private static readonly RunMet Met = new(Id, 7, 1, 2, 3, 4.5);
    private static readonly CommentView Comment = new(9, "person:ann", At, "Look \"here\": ü+<b>", Id, At, "run 3");
    private static readonly RefusedCall Refused = new("Bash", "git push", "Bash: git push");
    private static readonly ParentResult Parent = new("main-1", "First", "It is done.", Any);

    private static readonly Orders Orders = new(
        true, [new QueueOrder("kanban.lane.codex", "codex")], [new StopOrder(Id, "cancelled by ann")], [Id], [new RunMessage(Id, Comment)]);

    private static readonly Grant Grant = new(
        Id, "main-2", "Title", "codex", 3, 7, 30.5, "kbr_token", "codex", "do it", "# Brief", [Parent], new RunLimits(60, 30, 5, OnDisconnect.Stop),
        "dir:/srv", ["out/*.txt"], [new AttachedFile(Id, "a.png", 12, new string('a', 64))], "session-1", true);

    private static readonly FinishItem Finish = new(
        Id, 7, Outcome.TimedOut, "too long", "Nearly.", 143, Any, Any, ErrorClass.Provider, At, 12.5, Met, true, "session-1");

    public static IReadOnlyList<object> All { get; } =
    [
        new RegisterWorker("w1", "gpu-1", new Dictionary<string, int> { ["Codex"] = 2 }, ["mem=128"], ["shell"], "0.1.0", 1, [Held], 4711, "boot", "instance", 1),
        new Heartbeat([Held], new Dictionary<string, int> { ["codex"] = 2 }, true, 0.25, [Met], "short of memory", [new RunProgress(Id, 7, "session-1", Usage, [9])]),
        new ClaimRuns([new ClaimItem(Id, 1)]),
        new FinishRuns([Finish]),
        new DeadLetter("kanban.lane.codex", "no JSON", [0, 255, 62], "text/plain", 70_000),
        new DeclareArtifact("out/a.txt", 12, new string('a', 64)),
        new AgentEvent(AgentEvents.ToolFinished)
        {
            At = At, Raw = 12, Id = "t1", Tool = "Bash", Text = "ls", Ok = true, Path = "a.txt", Change = "add", Session = "s", Model = "m", Parent = "t0", Attempt = 2,
            DelaySeconds = 1.5, Status = 429, Usage = Usage,
        },
        new Registered("w1", "kbs_token", 5, 30, new BrokerAddress("amqp://u:p@h:5672/v"), Orders, 2),
        Orders,
        new ClaimAnswers([new ClaimAnswer(Id, Grant, ClaimRefusal.HostFull)]),
        new FinishAnswers([new FinishAnswer(Id, FinishVerdict.Late, RunState.TimedOut)]),
        new LogAnswer("stdout", 12),
        new ArtifactUpload(Id, "out/a.txt", 12, true),
        new RunOffered(Id, "main-2", "codex", 3),
        new BeatNow("w1"),
        (ParentResult[])[Parent],
        Comment,
        new Ending(EndingAs.Blocked, "Nearly.", "a question", Any, ErrorClass.Host, At, true, At),
        new ResultFile("Done.", Any, Any, "review", "look", "task", At, 1.5, "session-1"),
        new MetLine(429, true, 1.5),
        Grant,
        Finish,
        State(),
        new Place(WorkspaceKind.Worktree, "/w", "/m", "kanban/main-2", "abc"),
        (List<RefusedCall>)[Refused],
        new Dictionary<string, AgentUsage> { ["Session"] = Usage },
        "Text \"é\" <+>",
        (string[])["a", "b"],
        new JsonObject { ["A"] = 1, ["b"] = new JsonArray("c", true) },
    ];

    private static AgentState State() => new()
    {
        Executor = "acp",
        Offset = 12,
        WithinLongLine = true,
        Folder = "/f",
        Engine = "docker",
        EngineEnvironment = { ["DOCKER_HOST"] = "unix:///d" },
        MemoryMb = 512,
        Session = "session-1",
        Model = "m-1",
        Before = Usage,
        Usage = Usage,
        LastMessage = "Done.",
        Turn = "t1",
        Turns = 2,
        End = new AgentEnd(false, "429", 429, 1.5, true),
        LimitResetsAt = At,
        Refused = [Refused],
        Allowed = [Refused],
        Home = "/h",
        AsksWhenRefused = true,
        Tools = { ["T1"] = new ToolCall("Edit", "a.txt", "update", Refused) },
        Unknown = { ["Kind"] = 2 },
        Unreadable = 1,
        IsSpokenWith = true,
        Acp = new AcpTalk { Folder = "/w", Prompt = "p", Resumed = "r", Permissions = Permissions.All, Servers = "[{}]", Loading = true, Partial = "half", PartialKind = "agent_message_chunk", Turns = Usage },
        News = [Comment],
        Heard = [9],
        Outbox = ["line"],
        Over = true,
    };
}
