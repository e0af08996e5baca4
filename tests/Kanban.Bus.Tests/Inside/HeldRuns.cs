using System.Globalization;
using Kanban.Bus.Board.Access;
using Kanban.Bus.Board.Admission;
using Kanban.Bus.Board.Fleet;
using Kanban.Bus.Board.Runs;
using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Cli;
using Kanban.Bus.Tests.Hosting;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Tests.Inside;

/// <summary>A board on a port with a lane and a worker, and runs that this test holds as the worker would: with their tokens, and <c>kanban</c> as it is inside them.</summary>
internal sealed class HeldRuns(BoardServer board) : IAsyncDisposable
{
    private readonly List<HeldRunOfTest> _held = [];

    public BoardServer Board => board;

    public HttpClient People { get; } = board.Client(board.AdminKey);

    public static async Task<HeldRuns> StartAsync(params (string Key, string Value)[] settings)
    {
        var board = await BoardServer.StartAsync(settings);
        var runs = new HeldRuns(board);
        (await runs.People.PostAsJsonAsync("/api/v1/lanes", new CreateLane("shell", MaxAttempts: 2), Json.Client)).EnsureSuccessStatusCode();
        await board.UseAsync(async db =>
        {
            var now = await db.NowAsync(default);
            db.Workers.Add(new Kanban.Bus.Board.Fleet.Worker
            {
                Id = "w1",
                Host = "host-1",
                Profiles = "shell",
                Version = "test",
                SessionHash = Tokens.New(Tokens.Session).Hash,
                RegisteredAt = now,
                HeartbeatAt = now,
                State = WorkerState.Live,
                Lanes = [new WorkerSlots { WorkerId = "w1", Lane = "shell", Slots = 50 }],
            });
            return await db.SaveChangesAsync();
        });
        return runs;
    }

    /// <summary>Makes a task and starts its run.</summary>
    public async Task<HeldRunOfTest> StartRunAsync(CreateTask? task = null)
    {
        using var made = await People.PostAsJsonAsync("/api/v1/tasks", task ?? new CreateTask("a task", "shell"), Json.Client);
        made.EnsureSuccessStatusCode();
        return await StartRunAsync((await made.Content.ReadFromJsonAsync<TaskView>(Json.Client))!.Key);
    }

    /// <summary>Starts the next run of a task that is ready.</summary>
    public async Task<HeldRunOfTest> StartRunAsync(string key)
    {
        await using var scope = board.App.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<AdmissionPass>().RunAsync(default);
        var run = await board.UseAsync(db => db.Runs.SingleAsync(r => r.TaskKey == key && r.Live));
        var answers = await scope.ServiceProvider.GetRequiredService<ClaimBatch>().DecideAsync([new("w1", new ClaimRuns([new ClaimItem(run.CorrelationId, 0)]))], default);
        var held = new HeldRunOfTest(board, answers[0].Answers[0].Grant ?? throw new InvalidOperationException($"{answers[0].Answers[0].Refused}"));
        _held.Add(held);
        return held;
    }

    /// <summary>As its worker reports it; with <paramref name="outcome"/> lost its task is ready for another run.</summary>
    public async Task FinishAsync(HeldRunOfTest run, Outcome outcome, string? reason = null, bool question = false)
    {
        await using var scope = board.App.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<FinishBatch>().DecideAsync(
            [new("w1", new FinishRuns([new FinishItem(run.Grant.RunId, run.Grant.FencingToken, outcome, reason, Question: question)]))], default);
    }

    public async Task<TaskDetail> TaskAsync(string key) => (await People.GetFromJsonAsync<TaskDetail>($"/api/v1/tasks/{key}", Json.Client))!;

    public async ValueTask DisposeAsync()
    {
        foreach (var run in _held)
            run.Dispose();
        People.Dispose();
        await board.DisposeAsync();
    }
}

/// <summary>One run that is held.</summary>
internal sealed class HeldRunOfTest : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kanban-run-").FullName;

    public HeldRunOfTest(BoardServer board, Grant grant)
    {
        Grant = grant;
        Environment = new Dictionary<string, string>
        {
            ["KANBAN_URL"] = board.Url,
            ["KANBAN_TASK"] = grant.TaskKey,
            ["KANBAN_RUN_ID"] = grant.RunId.ToString(),
            ["KANBAN_RUN_TOKEN"] = grant.RunToken,
            ["KANBAN_FENCING_TOKEN"] = grant.FencingToken.ToString(CultureInfo.InvariantCulture),
            ["KANBAN_ENDING_FILE"] = EndingFile,
            ["KANBAN_WORKSPACE"] = Directory.CreateDirectory(Path.Combine(_folder, "workspace")).FullName,
            ["KANBAN_PULSE_FILE"] = Path.Combine(_folder, "pulse"),
        };
        Kanban = new CommandLine();
        foreach (var (name, value) in Environment)
            Kanban.With(name, value);
    }

    public Grant Grant { get; }

    public string Key => Grant.TaskKey;

    public IReadOnlyDictionary<string, string> Environment { get; }

    public string EndingFile => Path.Combine(_folder, "ending.json");

    public string PulseFile => Environment["KANBAN_PULSE_FILE"];

    /// <summary>The command, with the run's environment.</summary>
    public CommandLine Kanban { get; }

    public Ending? Said => File.Exists(EndingFile) ? System.Text.Json.JsonSerializer.Deserialize<Ending>(File.ReadAllBytes(EndingFile), Json.Client) : null;

    public void Dispose()
    {
        Kanban.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
