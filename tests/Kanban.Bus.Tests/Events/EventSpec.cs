using Kanban.Bus.Board.Events;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kanban.Bus.Tests.Events;

/// <summary>The history as pages and as a live stream: in one order, without gap or repeat.</summary>
public abstract class EventSpec<TStore> : StoreSpec<TStore> where TStore : TestStore, new()
{
    [Fact]
    public async Task Pages_lead_through_the_whole_history_in_order()
    {
        await WriteAsync(25);

        var seen = new List<string>();
        string? after = null;
        do
        {
            var page = await PageAsync(after, limit: 10);
            seen.AddRange(page.Items.Select(e => e.Lane!));
            after = page.NextCursor;
        }
        while (after is not null);

        Assert.Equal(Enumerable.Range(0, 25).Select(i => $"lane-{i}"), seen);
    }

    [Fact]
    public async Task An_event_reads_as_a_cloud_event()
    {
        await WriteAsync(1);

        var view = Assert.Single((await PageAsync(null)).Items);

        Assert.Equal(("1.0", "dev.kanbanbus.lane.created.v1", "/lanes/lane-0", "lane-0", "key:test"), (view.SpecVersion, view.Type, view.Source, view.Subject, view.Actor));
    }

    [Fact]
    public async Task A_task_s_history_is_its_own()
    {
        await Store.AddLaneAsync("shell");
        var task = await Store.AddTaskAsync("shell");
        await Store.AddTaskAsync("shell");
        await Store.AddWorkerAsync("w1", "shell=2");
        await Store.AdmitAsync();

        var page = Assert.IsType<Ok<Page<EventView>>>((await Store.ReadAsync(db => ListEvents.HandleTask(task.Key, db, default))).Result).Value!;

        Assert.NotEmpty(page.Items);
        Assert.All(page.Items, e => Assert.Equal(task.Key, e.Subject));
        Assert.Equal(404, Assert.IsType<ProblemHttpResult>((await Store.ReadAsync(db => ListEvents.HandleTask("main-99", db, default))).Result).StatusCode);
    }

    [Theory]
    [InlineData("nonsense", 10)]
    [InlineData("1", 10)]
    [InlineData("1-x", 10)]
    [InlineData("-1--1", 10)]
    [InlineData(null, 0)]
    [InlineData(null, 201)]
    public async Task A_bad_cursor_or_limit_is_refused(string? after, int limit)
    {
        var answer = await Store.ReadAsync(db => ListEvents.Handle(db, default, after, limit: limit));

        Assert.Equal(400, Assert.IsType<ProblemHttpResult>(answer.Result).StatusCode);
    }

    [Fact]
    public async Task A_stream_sends_what_was_since_the_cursor_and_then_what_comes()
    {
        await WriteAsync(3);
        var second = (await PageAsync(null)).Items[1].Id;
        await using var tail = await TailAsync();
        await using var reader = new EventReader(lastEventId: second);
        var streaming = StreamAsync(reader, tail);

        Assert.Equal(("ping", second), await NameAndIdAsync(reader));
        Assert.Equal("lane-2", (await reader.NextAsync()).As<EventView>().Lane);
        await WriteAsync(2, from: 3);
        Assert.Equal("lane-3", (await reader.NextAsync()).As<EventView>().Lane);
        var last = await reader.NextAsync();

        Assert.Equal(("lane.created", "lane-4"), (last.Name, last.As<EventView>().Lane));
        Assert.Equal(last.Id, last.As<EventView>().Id);
        reader.StopApplication();
        await streaming.WaitAsync(Eventually.Deadline);
    }

    [Fact]
    public async Task A_stream_without_cursor_starts_now()
    {
        await WriteAsync(3);
        await using var tail = await TailAsync();
        await using var reader = new EventReader();
        var streaming = StreamAsync(reader, tail);
        await reader.NextAsync();

        await WriteAsync(1, from: 3);

        Assert.Equal("lane-3", (await reader.NextAsync()).As<EventView>().Lane);
        reader.StopApplication();
        await streaming.WaitAsync(Eventually.Deadline);
    }

    [Fact]
    public async Task Streams_that_start_while_events_are_written_miss_none_and_repeat_none()
    {
        await WriteAsync(1);
        await using var tail = await TailAsync();
        var writing = Task.Run(() => WriteAsync(120, from: 1));
        var readers = await Task.WhenAll(Enumerable.Range(0, 5).Select(async _ =>
        {
            await using var reader = new EventReader(lastEventId: "0-0");
            var streaming = StreamAsync(reader, tail);
            var seen = new List<string>();
            while (seen.Count < 121)
                if (await reader.NextAsync() is { Name: not "ping" } sent)
                    seen.Add(sent.As<EventView>().Lane!);
            reader.StopApplication();
            await streaming.WaitAsync(Eventually.Deadline);
            return seen;
        }));
        await writing;

        Assert.All(readers, seen => Assert.Equal(Enumerable.Range(0, 121).Select(i => $"lane-{i}"), seen));
    }

    [Fact]
    public async Task A_watcher_that_falls_behind_is_let_go_and_the_others_go_on()
    {
        await using var tail = await TailAsync();
        using var slow = tail.Tail.Watch(_ => true);
        using var other = tail.Tail.Watch(e => e.Lane == "lane-2100");
        await Task.WhenAll(slow.Started, other.Started);

        await Store.UseAsync(async db =>
        {
            for (var i = 0; i <= 2100; i++)
                db.Events.Add(BoardEvent.OfLane(EventTypes.LaneEdited, $"lane-{i}", "key:test", DateTimeOffset.UnixEpoch));
            await db.SaveChangesAsync();
        });

        Assert.Equal("lane-2100", (await other.Events.ReadAsync().AsTask().WaitAsync(Eventually.Deadline)).Row.Lane);
        var read = 0;
        await foreach (var _ in slow.Events.ReadAllAsync())
            read++;
        Assert.Equal(2000, read);
    }

    private async Task WriteAsync(int count, int from = 0)
    {
        for (var i = from; i < from + count; i++)
            await Store.UseAsync(async db =>
            {
                db.Events.Add(BoardEvent.OfLane(EventTypes.LaneCreated, $"lane-{i}", "key:test", await db.NowAsync(default)));
                await db.SaveChangesAsync();
            });
        // Where a server is shared, transactions of its other databases hold back for a moment what readers see.
        await Eventually.Async(() => Store.ReadAsync(async db => await db.SettledEvents(default).CountAsync() == await db.Events.CountAsync()));
    }

    private async Task<Page<EventView>> PageAsync(string? after, int limit = 50) =>
        Assert.IsType<Ok<Page<EventView>>>((await Store.ReadAsync(db => ListEvents.Handle(db, default, after, limit: limit))).Result).Value!;

    private async Task StreamAsync(EventReader reader, RunningTail tail) =>
        await StreamEvents.Handle(reader.Http, tail.Tail, Store.Services.GetRequiredService<IServiceScopeFactory>(), reader, TimeProvider.System);

    private static async Task<(string, string?)> NameAndIdAsync(EventReader reader)
    {
        var sent = await reader.NextAsync();
        return (sent.Name, sent.Id);
    }

    private async Task<RunningTail> TailAsync()
    {
        var readiness = new BoardReadiness();
        readiness.MarkReady();
        var tail = new EventTail(
            Store.Services.GetRequiredService<IServiceScopeFactory>(), readiness, Store.Services.GetRequiredService<EventSignal>(), TimeProvider.System, NullLogger<EventTail>.Instance);
        await tail.StartAsync(default);
        return new RunningTail(tail);
    }

    private sealed record RunningTail(EventTail Tail) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Tail.StopAsync(default);
            Tail.Dispose();
        }
    }
}
