using System.Collections.Concurrent;
using System.Globalization;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Tests.Worker;

/// <summary>The board as a worker meets it, in memory, on a loopback port: what was asked is kept for the test to look at, and each answer can be made to fail.</summary>
public sealed partial class FakeBoard : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<Guid, Grant> _offered = new();
    private readonly ConcurrentDictionary<string, byte[]> _logs = new();
    private int _sessions;

    private FakeBoard(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.First());
    public double HeartbeatSeconds { get; set; } = 0.1;
    public double LeaseSeconds { get; set; } = 30;
    public IReadOnlyList<QueueOrder> Queues { get; set; } = [new("kanban.lane.shell", "shell")];
    public BrokerAddress? Broker { get; set; }
    public bool DrainOrdered { get; set; }
    public ConcurrentDictionary<Guid, string> Stop { get; } = new();
    public ConcurrentDictionary<Guid, bool> Forget { get; } = new();

    /// <summary>What is said to runs in each answer to a heartbeat.</summary>
    public IReadOnlyList<RunMessage>? Messages { get; set; }
    public ConcurrentQueue<RegisterWorker> Registrations { get; } = new();
    public ConcurrentQueue<Heartbeat> Heartbeats { get; } = new();
    public ConcurrentQueue<ClaimRuns> Claims { get; } = new();
    public ConcurrentQueue<FinishItem> Finishes { get; } = new();
    public ConcurrentQueue<DeadLetter> DeadLetters { get; } = new();
    public int Goodbyes { get; private set; }

    /// <summary>Looks at each call first; an answer other than null is given instead of the board's own.</summary>
    public Func<HttpContext, Task<IResult?>> Intercept { get; set; } = _ => Task.FromResult<IResult?>(null);

    public static async Task<FakeBoard> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.ConfigureHttpJsonOptions(o => Json.Configure(o.SerializerOptions));
        var app = builder.Build();
        var board = new FakeBoard(app);
        board.Map();
        await app.StartAsync();
        return board;
    }

    /// <summary>From now on a claim of the run is granted.</summary>
    public void Offer(Grant grant) => _offered[grant.RunId] = grant;

    public byte[] Log(Guid runId, string stream) => _logs.GetValueOrDefault($"{runId}/{stream}", []);

    public FinishItem? FinishOf(Guid runId) => Finishes.FirstOrDefault(f => f.RunId == runId);

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private void Map()
    {
        _app.Use(async (context, next) =>
        {
            if (await Intercept(context) is { } instead)
                await instead.ExecuteAsync(context);
            else
                await next(context);
        });
        var api = _app.MapGroup("/api/v1");
        api.MapPost("/workers", (RegisterWorker worker) =>
        {
            Registrations.Enqueue(worker);
            return new Registered(worker.Id, $"kbs_{Interlocked.Increment(ref _sessions)}", HeartbeatSeconds, LeaseSeconds, Broker, Orders(worker.Held));
        });
        api.MapPost("/workers/{id}/heartbeat", (Heartbeat beat) =>
        {
            Heartbeats.Enqueue(beat);
            return Orders(beat.Runs);
        });
        api.MapPost("/workers/{id}/claims", (ClaimRuns claims) =>
        {
            Claims.Enqueue(claims);
            return new ClaimAnswers([.. claims.Claims.Select(c => _offered.TryRemove(c.RunId, out var grant)
                ? new ClaimAnswer(c.RunId, grant, null)
                : new ClaimAnswer(c.RunId, null, ClaimRefusal.Unknown))]);
        });
        api.MapPost("/workers/{id}/finishes", (FinishRuns finishes) =>
        {
            foreach (var finish in finishes.Finishes)
                Finishes.Enqueue(finish);
            return new FinishAnswers([.. finishes.Finishes.Select(f => new FinishAnswer(f.RunId, FinishVerdict.Accepted, RunState.Succeeded))]);
        });
        api.MapDelete("/workers/{id}", () =>
        {
            Goodbyes++;
            return Results.NoContent();
        });
        api.MapPost("/dead-letters", (DeadLetter letter) =>
        {
            DeadLetters.Enqueue(letter);
            return Results.NoContent();
        });
        api.MapPost("/runs/{runId:guid}/log/{stream}", AppendLog);
        MapFiles(api);
    }

    private async Task<IResult> AppendLog(Guid runId, string stream, long offset, HttpRequest request)
    {
        if (request.Headers.Authorization != "Bearer kbr_" + runId.ToString("N", CultureInfo.InvariantCulture))
            return Results.Unauthorized();
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        var has = Log(runId, stream);
        if (offset > has.Length)
            return Results.Json(new LogAnswer(stream, has.Length), statusCode: 409);
        var fresh = body.ToArray().AsSpan((int)Math.Min(body.Length, has.Length - offset)).ToArray();
        _logs[$"{runId}/{stream}"] = [.. has, .. fresh];
        return Results.Ok(new LogAnswer(stream, has.Length + fresh.Length));
    }

    private Orders Orders(IReadOnlyList<HeldRun> held) => new(
        DrainOrdered,
        Queues,
        [.. held.Where(h => Stop.ContainsKey(h.RunId)).Select(h => new StopOrder(h.RunId, Stop[h.RunId]))],
        [.. held.Where(h => Forget.ContainsKey(h.RunId)).Select(h => h.RunId)],
        Messages);
}
