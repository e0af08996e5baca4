using Kanban.Bus.Contracts;
using Kanban.Bus.IntegrationTests.Harness;
using Kanban.Bus.IntegrationTests.Servers;
using Kanban.Bus.Tests.Harness;
using Kanban.Bus.Worker.Hosting;
using Kanban.Bus.Worker.Hosting.Pressure;
using Kanban.Bus.Worker.Leases;
using Kanban.Bus.Worker.Runs;
using Kanban.Bus.Worker.Slots;
using Kanban.Bus.Worker.Spool;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using WorkersApi = Kanban.Bus.Worker.Board.BoardApi;

namespace Kanban.Bus.IntegrationTests.Faults;

/// <summary>Many workers whose board was away: two hundred of them in this process, as far as they register and beat.</summary>
public sealed class ManyWorkersTests
{
    private const int Count = 200;

    [NeedsServersFact]
    public async Task Two_hundred_workers_come_to_a_board_that_starts_and_back_to_one_that_restarts_spread_out_and_keep_their_sessions()
    {
        await using var cluster = await Cluster.CreateAsync();
        cluster.Settings["Lease:Duration"] = "00:01:00";
        cluster.Settings["Lease:Heartbeat"] = "00:00:02";
        var board = await cluster.StartBoardAsync();
        await board.Api.AddLaneAsync(new CreateLane("work"));
        await using var database = NpgsqlDataSource.Create(cluster.Database);
        await board.Kill9Async();

        using var over = new CancellationTokenSource();
        var workers = Enumerable.Range(1, Count).Select(i => new Caller($"w{i}", board.Url, cluster)).ToList();
        var running = workers.ConvertAll(w => w.RunAsync(over.Token));
        try
        {
            // Each has asked in vain some times, and its waits have grown.
            await Eventually.Async(() => workers.TrueForAll(w => w.Asked > 2), TimeSpan.FromMinutes(1));
            await board.StartAsync();
            // Each has heard of its registration: it beats.
            await Eventually.Async(async () => await AskAsync<long>("SELECT count(*) FROM workers WHERE state = 'live' AND heartbeat_at > registered_at") == Count, TimeSpan.FromMinutes(2));
            // Whom no answer reached in time has asked once more: few, as they come spread out.
            var registered = await RegisteredAsync();
            Assert.InRange(registered, Count, Count + (Count / 4));
            // No quarter of a second saw a crowd, though all had begun at once.
            var calls = workers.ConvertAll(w => w.LastCall);
            Assert.InRange(calls.Max(at => calls.Count(other => other >= at && other < at + TimeSpan.FromSeconds(0.25))), 1, Count / 4);

            await board.Kill9Async();
            await board.StartAsync();
            var restarted = await AskAsync<DateTime>("SELECT clock_timestamp()");
            await Eventually.Async(async () => await LiveSinceAsync(restarted) == Count, TimeSpan.FromMinutes(1));

            // Their sessions went on: nobody had to register again. Who found the board without a connection was told to come later, and did.
            Assert.Equal(registered, await RegisteredAsync());
            Assert.All(running, r => Assert.False(r.IsCompleted));
        }
        finally
        {
            await over.CancelAsync();
            await Task.WhenAll(running);
            workers.ForEach(w => w.Dispose());
        }

        Task<long> LiveSinceAsync(DateTime since) => AskAsync<long>($"SELECT count(*) FROM workers WHERE state = 'live' AND heartbeat_at > '{since:O}'");

        Task<long> RegisteredAsync() => AskAsync<long>("SELECT count(*) FROM events WHERE type = 'worker.registered'");

        async Task<T> AskAsync<T>(string sql)
        {
            await using var command = database.CreateCommand(sql);
            return (T)(await command.ExecuteScalarAsync())!;
        }
    }

    /// <summary>A worker's own registration and heartbeats, without its runs.</summary>
    private sealed class Caller : IDisposable
    {
        private readonly WorkersApi _board;
        private readonly RunSpool _spool;
        private readonly Registration _registration;
        private readonly LeaseKeeper _leases;
        private readonly Waits _clock = new();

        public Caller(string id, string url, Cluster cluster)
        {
            var options = new WorkerOptions { Id = id, Host = id, BoardUrl = url, Token = cluster.WorkerKey, Home = Path.Combine(cluster.Folder, "caller-" + id) };
            options.Lanes["work"] = 1;
            options.FillDefaults();
            _board = new WorkersApi(new Uri(url), TimeProvider.System);
            _spool = new RunSpool(options.Home);
            _spool.Open();
            var held = new HeldRuns();
            _registration = new Registration(options, _board, held, _spool, _clock, NullLogger.Instance);
            _leases = new LeaseKeeper(
                id, _board, held, new Dictionary<string, LaneSlots> { ["work"] = new("work", 1, TimeProvider.System) },
                new HostPressure(options.Quiet, () => HostReading.Of(options.Home), TimeProvider.System, NullLogger.Instance), TimeProvider.System, new Uptime(), NullLogger.Instance);
        }

        /// <summary>How often it has waited to register.</summary>
        public int Asked => _clock.Count;

        /// <summary>When the last of these waits was over and it called.</summary>
        public DateTimeOffset LastCall => _clock.Due;

        /// <summary>Until it is told to end; throws when its session ends by any other cause.</summary>
        public async Task RunAsync(CancellationToken over)
        {
            try
            {
                await _leases.RunAsync(await _registration.RegisterAsync(over), _ => { }, over);
            }
            catch (OperationCanceledException) when (over.IsCancellationRequested)
            {
                // The test is over.
            }
        }

        public void Dispose()
        {
            _board.Dispose();
            _spool.Dispose();
        }
    }

    /// <summary>The system's clock; it takes down the waits that were begun.</summary>
    private sealed class Waits : TimeProvider
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public DateTimeOffset Due { get; private set; }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Due = GetUtcNow() + dueTime;
            Interlocked.Increment(ref _count);
            return base.CreateTimer(callback, state, dueTime, period);
        }
    }
}
