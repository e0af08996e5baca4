using System.Net;
using System.Net.Http.Headers;
using Kanban.Bus.Board.Alarms;
using Kanban.Bus.Board.Lanes;
using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Hosting;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Tests.Fleet;

/// <summary>What a board answers a worker: whom it can talk with, and what it makes of a worker that is quiet.</summary>
public sealed class WorkerCallsTests
{
    private const string Key = "a-worker-key-of-at-least-32-characters";

    private static readonly RegisterWorker Me =
        new("w1", "here", new Dictionary<string, int> { ["shell"] = 2 }, [], ["shell"], "9.9.9", WorkerProtocol.Version, [], 1, null, null, WorkerProtocol.Oldest);

    [Fact]
    public async Task A_quiet_worker_is_told_no_queues_and_everybody_sees_why()
    {
        await using var board = await StartAsync();
        using var worker = board.Client(Key);
        var session = await RegisterAsync(worker, Me);
        worker.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", session.SessionToken);
        Assert.NotEmpty((await BeatAsync(worker, null)).Queues);

        var orders = await BeatAsync(worker, "its disk has 12 MB left");
        Assert.Empty(orders.Queues);
        await BeatAsync(worker, "its disk has 12 MB left");
        using var person = board.Client(board.AdminKey);
        var shown = Assert.Single((await person.GetFromJsonAsync<Page<WorkerView>>("/api/v1/workers", Json.Client))!.Items);
        Assert.Equal((WorkerState.Quiet, "its disk has 12 MB left"), (shown.State, shown.Quiet));
        await (await person.PostAsJsonAsync("/api/v1/tasks", new CreateTask("t", "shell"), Json.Client)).Content.ReadAsStringAsync();
        Assert.Contains("0 of 1 workers fit: 1 quiet", (await person.GetFromJsonAsync<WhyView>("/api/v1/tasks/main-1/why", Json.Client))!.Reason, StringComparison.Ordinal);

        Assert.NotEmpty((await BeatAsync(worker, null)).Queues);
        Assert.Equal([EventTypes.WorkerQuiet, EventTypes.WorkerResumed], await board.UseAsync(db => db.Events
            .Where(e => e.Type == EventTypes.WorkerQuiet || e.Type == EventTypes.WorkerResumed).OrderBy(e => e.Seq).Select(e => e.Type).ToListAsync()));
    }

    [Fact]
    public async Task A_quiet_worker_is_one_alarm_until_it_takes_work_or_is_gone_and_another_when_it_comes_back_as_quiet()
    {
        await using var board = await StartAsync();
        using var worker = board.Client(Key);
        worker.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await RegisterAsync(worker, Me)).SessionToken);
        await BeatAsync(worker, null);
        Assert.Empty(await OpenAsync(board));

        await BeatAsync(worker, "its disk has 12 MB left");
        await BeatAsync(worker, "its disk has 11 MB left");
        var raised = Assert.Single(await OpenAsync(board));
        Assert.Equal((AlarmKind.WorkerQuiet, "w1", 1, "worker w1 takes nothing new: its disk has 12 MB left"), (raised.Kind, raised.Subject, raised.Count, raised.Reason));
        await board.UseAsync(db => db.Workers.ExecuteUpdateAsync(set => set.SetProperty(w => w.State, WorkerState.Gone)));
        Assert.Empty(await OpenAsync(board));

        await BeatAsync(worker, "its disk has 11 MB left");
        Assert.NotEqual(raised.Id, Assert.Single(await OpenAsync(board)).Id);
        await BeatAsync(worker, null);
        Assert.Empty(await OpenAsync(board));
    }

    [Theory]
    [InlineData(WorkerProtocol.Version + 1, WorkerProtocol.Version + 3, "Upgrade the board")]
    [InlineData(WorkerProtocol.Oldest - 2, WorkerProtocol.Oldest - 1, "Upgrade the worker w1 (9.9.9)")]
    public async Task A_worker_that_shares_no_protocol_is_refused_and_told_which_of_the_two_is_older(int oldest, int newest, string advice)
    {
        await using var board = await StartAsync();
        using var worker = board.Client(Key);

        var answer = await worker.PostAsJsonAsync("/api/v1/workers", Me with { Protocol = newest, OldestProtocol = oldest }, Json.Client);

        Assert.Equal(HttpStatusCode.UpgradeRequired, answer.StatusCode);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.Contains($"speaks {oldest} to {newest}", text, StringComparison.Ordinal);
        Assert.Contains(advice, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_newer_worker_that_still_knows_this_boards_protocol_speaks_that()
    {
        await using var board = await StartAsync();
        using var worker = board.Client(Key);

        Assert.Equal(WorkerProtocol.Version, (await RegisterAsync(worker, Me with { Protocol = WorkerProtocol.Version + 5 })).Protocol);
    }

    [Fact]
    public async Task A_state_directory_that_was_copied_to_another_host_does_not_take_the_id_from_who_is_at_work_and_a_restarted_host_gets_it_back()
    {
        await using var board = await StartAsync();
        using var worker = board.Client(Key);
        var first = Me with { Instance = "i-1", BootId = "boot-1" };
        await RegisterAsync(worker, first);
        await RegisterAsync(worker, first with { ProcessId = 2 });

        using var copied = await worker.PostAsJsonAsync("/api/v1/workers", first with { BootId = "boot-2", Host = "there" }, Json.Client);
        Assert.Equal(HttpStatusCode.Conflict, copied.StatusCode);
        Assert.Contains("pid 2 on host here", await copied.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        var past = TimeProvider.System.GetUtcNow().AddMinutes(-1);
        await board.UseAsync(db => db.Workers.ExecuteUpdateAsync(set => set.SetProperty(w => w.HeartbeatAt, past)));
        await RegisterAsync(worker, first with { BootId = "boot-2" });
    }

    private static async Task<BoardServer> StartAsync()
    {
        var board = await BoardServer.StartAsync([("Access:WorkerKey", Key)]);
        await board.UseAsync(async db =>
        {
            db.Lanes.Add(new Lane { Name = "shell" });
            return await db.SaveChangesAsync();
        });
        return board;
    }

    /// <summary>Alarms whose cause is still there.</summary>
    private static async Task<IReadOnlyList<AlarmView>> OpenAsync(BoardServer board)
    {
        await using (var scope = board.App.Services.CreateAsyncScope())
            await scope.ServiceProvider.GetRequiredService<AlarmCauses>().ClearAsync(default);
        using var person = board.Client(board.AdminKey);
        return (await person.GetFromJsonAsync<Page<AlarmView>>("/api/v1/alarms", Json.Client))!.Items;
    }

    private static async Task<Registered> RegisterAsync(HttpClient worker, RegisterWorker me)
    {
        var answer = await worker.PostAsJsonAsync("/api/v1/workers", me, Json.Client);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<Registered>(Json.Client))!;
    }

    private static async Task<Orders> BeatAsync(HttpClient worker, string? quiet)
    {
        var answer = await worker.PostAsJsonAsync("/api/v1/workers/w1/heartbeat", new Heartbeat([], new Dictionary<string, int> { ["shell"] = 2 }, false, Quiet: quiet), Json.Client);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<Orders>(Json.Client))!;
    }
}
