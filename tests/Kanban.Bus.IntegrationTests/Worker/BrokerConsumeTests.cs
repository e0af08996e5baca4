using System.Collections.Concurrent;
using System.Text.Json;
using Kanban.Bus.Contracts;
using Kanban.Bus.IntegrationTests.Servers;
using Kanban.Bus.Tests.Harness;
using Kanban.Bus.Tests.Worker;

namespace Kanban.Bus.IntegrationTests.Worker;

/// <summary>The worker's consumers on a real RabbitMQ: deliveries held and acked, unreadable messages, queues that are wrong or vanish, a broker that goes away.</summary>
public sealed class BrokerConsumeTests
{
    private const string Queue = "kanban.lane.shell";

    [NeedsServersFact]
    public async Task A_delivery_stays_unacked_while_its_run_is_live_and_names_read_as_the_fleet()
    {
        var (rabbit, host, worker, _) = await StartAsync();
        await using var _ = worker;
        var queue = (await rabbit.Management.QueueAsync(host, Queue))!.Value;
        Assert.Equal("quorum", queue.GetProperty("type").GetString());
        Assert.True(queue.GetProperty("durable").GetBoolean());
        await Eventually.Async(async () => (await rabbit.Management.ConnectionNamesAsync(host)).Contains("w1@here"));
        Assert.Equal(["kanban.lane.shell", "kanban.worker.w1"], (await rabbit.Management.QueueNamesAsync(host)).Order());

        var grant = WorkerHarness.Grant("echo up; while [ ! -e go ]; do sleep 0.05; done");
        await OfferAsync(rabbit, host, worker, grant);
        await Eventually.Async(() => worker.Out(grant.RunId) == "up\n");
        await Eventually.Async(async () => await CountAsync(rabbit, host, "messages_unacknowledged") == 1);

        await File.WriteAllTextAsync(Path.Combine(worker.Home, "runs", grant.RunId.ToString(), "workspace", "go"), "");
        await worker.FinishAsync(grant.RunId);
        await Eventually.Async(async () => await CountAsync(rabbit, host, "messages") == 0);
    }

    [NeedsServersFact]
    public async Task A_run_that_outlasts_the_hold_limit_is_acked_and_lives_on_and_a_surplus_offer_goes_back()
    {
        var (rabbit, host, worker, _) = await StartAsync(o =>
        {
            o.HoldLimit = TimeSpan.FromSeconds(1);
            o.Lanes["shell"] = 1;
        });
        await using var _ = worker;
        var first = WorkerHarness.Grant("echo up; while [ ! -e go ]; do sleep 0.05; done");
        await OfferAsync(rabbit, host, worker, first);
        await Eventually.Async(() => worker.Out(first.RunId) == "up\n");
        await Eventually.Async(async () => await CountAsync(rabbit, host, "messages") == 0);

        var second = WorkerHarness.Grant("echo second");
        await OfferAsync(rabbit, host, worker, second);
        // No slot for it: it is handed back again and again, and claimed by nobody.
        await Eventually.Async(async () => await RedeliveredAsync(rabbit, host) > 0);
        Assert.DoesNotContain(worker.Board.Claims.SelectMany(c => c.Claims), c => c.RunId == second.RunId);

        await File.WriteAllTextAsync(Path.Combine(worker.Home, "runs", first.RunId.ToString(), "workspace", "go"), "");
        Assert.Equal(Outcome.Succeeded, (await worker.FinishAsync(first.RunId)).Outcome);
        Assert.Equal("second", (await worker.FinishAsync(second.RunId)).Summary);
    }

    [NeedsServersFact]
    public async Task What_can_not_be_read_goes_to_the_board_with_its_reason_and_the_consumer_goes_on()
    {
        var (rabbit, host, worker, _) = await StartAsync();
        await using var _ = worker;
        string[] bodies = ["{", "", "null", "{\"runId\":\"x\"}", "\u0000\u0001", "[[[[", new string('x', 20_000), """{"runId":"01990000-0000-7000-8000-000000000001","taskKey":"a-1","lane":"gpu","attempt":1}"""];
        foreach (var body in bodies)
            await rabbit.Management.PublishAsync(host, Queue, body);
        await rabbit.Management.PublishAsync(host, Queue, "{}", contentType: "text/plain");

        var grant = WorkerHarness.Grant("echo fine");
        await OfferAsync(rabbit, host, worker, grant);

        Assert.Equal("fine", (await worker.FinishAsync(grant.RunId)).Summary);
        await Eventually.Async(() => worker.Board.DeadLetters.Count == bodies.Length + 1);
        Assert.All(worker.Board.DeadLetters, letter => Assert.Equal(Queue, letter.Queue));
        Assert.Contains(worker.Board.DeadLetters, l => l.Reason == "content type 'text/plain'; an offer is application/json");
        Assert.Contains(worker.Board.DeadLetters, l => l.Reason.StartsWith("20,000 bytes", StringComparison.Ordinal));
        await Eventually.Async(async () => await CountAsync(rabbit, host, "messages") == 0);
        Assert.Equal(2, (await rabbit.Management.QueueNamesAsync(host)).Count);
    }

    [NeedsServersFact]
    public async Task While_the_board_is_away_an_unreadable_message_waits_on_its_queue()
    {
        var (rabbit, host, worker, _) = await StartAsync();
        await using var _ = worker;
        worker.Board.Intercept = context => Task.FromResult(context.Request.Path == "/api/v1/dead-letters" ? Results.StatusCode(503) : null);
        await rabbit.Management.PublishAsync(host, Queue, "{");
        await Eventually.Async(async () => await RedeliveredAsync(rabbit, host) > 0);

        worker.Board.Intercept = _ => Task.FromResult<IResult?>(null);

        await Eventually.Async(() => worker.Board.DeadLetters.Count == 1);
    }

    [NeedsServersFact]
    public async Task A_queue_that_was_deleted_by_hand_is_consumed_again()
    {
        var (rabbit, host, worker, _) = await StartAsync();
        await using var _ = worker;
        var held = WorkerHarness.Grant("echo up; while [ ! -e go ]; do sleep 0.05; done");
        await OfferAsync(rabbit, host, worker, held);
        await Eventually.Async(() => worker.Out(held.RunId) == "up\n");

        await rabbit.Management.DeleteQueueAsync(host, Queue);
        await Eventually.Async(async () => await rabbit.Management.QueueAsync(host, Queue) is not null);
        var next = WorkerHarness.Grant("echo next");
        await OfferAsync(rabbit, host, worker, next);

        Assert.Equal("next", (await worker.FinishAsync(next.RunId)).Summary);
        Assert.Null(worker.Board.FinishOf(held.RunId));
        await File.WriteAllTextAsync(Path.Combine(worker.Home, "runs", held.RunId.ToString(), "workspace", "go"), "");
        Assert.Equal(Outcome.Succeeded, (await worker.FinishAsync(held.RunId)).Outcome);
    }

    [NeedsServersFact]
    public async Task A_queue_that_the_board_no_longer_names_is_left_so_that_it_can_expire_and_joined_when_it_is_named_again()
    {
        QueueOrder plain = new(Queue, "shell"), needing = new(BusNames.LaneQueue("shell", "cuda"), "shell");
        var (rabbit, host, worker, _) = await StartAsync(prepare: board => board.Queues = [plain, needing]);
        await using var _ = worker;
        await ConsumedAsync(needing.Queue, by: 1);
        Assert.Equal((true, true, false), (await ExpiresAsync(needing.Queue), await ExpiresAsync(BusNames.WorkerQueue("w1")), await ExpiresAsync(Queue)));

        worker.Board.Queues = [plain];
        await ConsumedAsync(needing.Queue, by: 0);
        worker.Board.Queues = [plain, needing];
        await ConsumedAsync(needing.Queue, by: 1);
        await ConsumedAsync(Queue, by: 1);

        Task ConsumedAsync(string queue, int by) => Eventually.Async(
            async () => await rabbit.Management.QueueAsync(host, queue) is { } seen && seen.TryGetProperty("consumers", out var count) && count.GetInt32() == by,
            TimeSpan.FromMinutes(1), $"{queue} is consumed by {by}");

        async Task<bool> ExpiresAsync(string queue) => (await rabbit.Management.QueueAsync(host, queue))!.Value.GetProperty("arguments").TryGetProperty("x-expires", out var after) && after.GetInt64() > 0;
    }

    [NeedsServersFact]
    public async Task A_consumer_that_the_broker_has_forgotten_is_missed_although_its_channel_is_open()
    {
        var (rabbit, host, worker, lines) = await StartAsync();
        await using var _ = worker;
        await rabbit.ForgetConsumersAsync(host, Queue);
        var grant = WorkerHarness.Grant("echo fine");
        await OfferAsync(rabbit, host, worker, grant);

        Assert.Equal("fine", (await worker.FinishAsync(grant.RunId)).Summary);
        Assert.Contains(lines, l => l.EndsWith("seemed to be consumed, but the broker knows no consumer of it; it is joined anew.", StringComparison.Ordinal));
    }

    [NeedsServersFact]
    public async Task A_queue_with_other_arguments_degrades_its_lane_alone_and_the_line_says_which_differs()
    {
        var rabbit = await SharedServers.RabbitAsync();
        var host = await NewHostAsync(rabbit);
        await rabbit.Management.DeclareQueueAsync(host, "kanban.lane.gpu", new Dictionary<string, object> { ["x-queue-type"] = "classic" });
        var (_, _, worker, lines) = await StartAsync(o => o.Lanes["gpu"] = 1, b => b.Queues = [new("kanban.lane.gpu", "gpu"), new(Queue, "shell")], (rabbit, host), waitUntilItConsumes: false);
        await using var _ = worker;

        var grant = WorkerHarness.Grant("echo fine");
        await Eventually.Async(async () => await rabbit.Management.QueueAsync(host, Queue) is not null);
        await OfferAsync(rabbit, host, worker, grant);

        Assert.Equal("fine", (await worker.FinishAsync(grant.RunId)).Summary);
        await Eventually.Async(() => lines.Any(l => l.Contains("Queue kanban.lane.gpu exists with other arguments: inequivalent arg 'x-queue-type'", StringComparison.Ordinal)
            && l.Contains("current is 'classic'", StringComparison.Ordinal)));
        await rabbit.Management.DeleteQueueAsync(host, "kanban.lane.gpu");
        await Eventually.Async(() => worker.Life.Consumes, TimeSpan.FromMinutes(2));
    }

    [NeedsServersFact]
    public async Task A_killed_broker_touches_no_running_work_and_offers_come_again_after_it_is_back()
    {
        await using var rabbit = await RabbitServer.StartNewAsync();
        var host = await NewHostAsync(rabbit);
        var (_, _, worker, lines) = await StartAsync(server: (rabbit, host));
        await using var _ = worker;
        var running = WorkerHarness.Grant("echo up; while [ ! -e go ]; do sleep 0.05; done");
        await OfferAsync(rabbit, host, worker, running);
        await Eventually.Async(() => worker.Out(running.RunId) == "up\n");
        await rabbit.DeclaredOnDiskAsync(Queue);

        await rabbit.Kill9Async();
        await rabbit.StartAsync();
        await Eventually.Async(() => worker.Life.Consumes, TimeSpan.FromMinutes(2));
        var next = WorkerHarness.Grant("echo next");
        await OfferAsync(rabbit, host, worker, next);

        Assert.Equal("next", (await worker.FinishAsync(next.RunId)).Summary);
        await File.WriteAllTextAsync(Path.Combine(worker.Home, "runs", running.RunId.ToString(), "workspace", "go"), "");
        Assert.Equal(Outcome.Succeeded, (await worker.FinishAsync(running.RunId)).Outcome);
        Assert.Single(worker.Board.Finishes, f => f.RunId == running.RunId);
        await Eventually.Async(async () => await CountAsync(rabbit, host, "messages") == 0, TimeSpan.FromMinutes(2));
    }

    [NeedsServersFact]
    public async Task A_hint_brings_the_heartbeat_forward()
    {
        var (rabbit, host, worker, _) = await StartAsync(prepare: b => b.HeartbeatSeconds = 600, waitUntilItConsumes: false);
        await using var _ = worker;
        await Eventually.Async(async () => await rabbit.Management.QueueAsync(host, "kanban.worker.w1") is { } q && q.TryGetProperty("consumers", out var c) && c.GetInt32() == 1);

        await rabbit.Management.PublishAsync(host, "kanban.worker.w1", JsonSerializer.Serialize(new BeatNow("w1"), Json.Client));

        await Eventually.Async(() => !worker.Board.Heartbeats.IsEmpty);
    }

    private static async Task<(RabbitServer Rabbit, string Host, WorkerHarness Worker, ConcurrentQueue<string> Lines)> StartAsync(
        Action<Kanban.Bus.Worker.Hosting.WorkerOptions>? configure = null, Action<FakeBoard>? prepare = null, (RabbitServer Rabbit, string Host)? server = null, bool waitUntilItConsumes = true)
    {
        var rabbit = server?.Rabbit ?? await SharedServers.RabbitAsync();
        var host = server?.Host ?? await NewHostAsync(rabbit);
        var lines = new ConcurrentQueue<string>();
        var worker = await WorkerHarness.StartAsync(
            configure,
            board =>
            {
                board.Broker = new BrokerAddress(rabbit.Uri(host));
                prepare?.Invoke(board);
            },
            LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.Debug).AddProvider(new LineCatcher(lines))), waitUntilItConsumes);
        return (rabbit, host, worker, lines);
    }

    private static async Task<string> NewHostAsync(RabbitServer rabbit) =>
        Uri.UnescapeDataString(new Uri(await rabbit.CreateVirtualHostAsync()).AbsolutePath[1..]);

    /// <summary>A queue that was made a moment ago may have no leader yet and refuse; an offer that comes twice does no harm.</summary>
    private static Task OfferAsync(RabbitServer rabbit, string host, WorkerHarness worker, Grant grant)
    {
        worker.Board.Offer(grant);
        return Eventually.Async(
            async () =>
            {
                await rabbit.Management.PublishAsync(host, "kanban.lane." + grant.Lane, JsonSerializer.Serialize(new RunOffered(grant.RunId, grant.TaskKey, grant.Lane, grant.Attempt), Json.Client));
                return true;
            },
            text: $"{grant.TaskKey} is offered");
    }

    private static async Task<int> CountAsync(RabbitServer rabbit, string host, string what) =>
        await rabbit.Management.QueueAsync(host, Queue) is { } queue && queue.TryGetProperty(what, out var count) ? count.GetInt32() : -1;

    private static async Task<int> RedeliveredAsync(RabbitServer rabbit, string host) =>
        await rabbit.Management.QueueAsync(host, Queue) is { } queue && queue.TryGetProperty("message_stats", out var stats) && stats.TryGetProperty("redeliver", out var count) ? count.GetInt32() : 0;

    private sealed class LineCatcher(ConcurrentQueue<string> lines) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Enqueue(formatter(state, exception));

        public void Dispose()
        {
        }
    }
}
