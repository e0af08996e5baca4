using Kanban.Bus.Board.Admission;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Kanban.Bus.Tests.Admission;

/// <summary>Admission sleeps while nothing waits, and wakes in time for what no commit announces.</summary>
public sealed class AdmissionLoopTests : IAsyncLifetime, IDisposable
{
    private readonly SqliteStore _store = new();
    private AdmissionLoop? _loop;

    public async Task InitializeAsync()
    {
        await _store.StartAsync();
        await _store.AddLaneAsync("shell");
        await _store.AddWorkerAsync("w1", "shell=9");
        var readiness = new BoardReadiness();
        readiness.MarkReady();
        var (services, scopes) = (_store.Services, _store.Services.GetRequiredService<IServiceScopeFactory>());
        _loop = new AdmissionLoop(
            scopes, services.GetRequiredService<AdmissionSignal>(), readiness, services.GetRequiredService<PassTimes>(),
            Options.Create(_store.Admission), Options.Create(new StorageOptions()), new Outages(_store.Clock, NullLogger<Outages>.Instance), _store.Clock, NullLogger<AdmissionLoop>.Instance);
        await _loop.StartAsync(default);
        await SleepsAsync();
    }

    public async Task DisposeAsync()
    {
        await _loop!.StopAsync(default);
        await _store.DisposeAsync();
    }

    public void Dispose()
    {
        _loop?.Dispose();
    }

    [Fact]
    public async Task A_task_that_is_scheduled_while_it_sleeps_starts_when_its_time_has_come_and_not_before()
    {
        var due = await _store.NowAsync() + TimeSpan.FromSeconds(20);
        await new People(_store).CreateAsync(new CreateTask("t", "shell", NotBefore: due));
        var task = await _store.ReadAsync(db => db.Tasks.Select(t => t.Id).SingleAsync());

        DateTimeOffset? startedAt = null;
        await Eventually.Async(async () =>
        {
            _store.Clock.Advance(TimeSpan.FromMilliseconds(250));
            await SleepsAsync();
            startedAt = (await _store.TaskAsync(task)).LiveRunId is null ? null : await _store.NowAsync();
            return startedAt is not null;
        });

        Assert.InRange(startedAt!.Value, due, due + TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task What_a_crash_left_waiting_for_parents_that_are_done_starts_by_itself()
    {
        // No event is written, so nothing wakes the loop.
        var left = await _store.AddTaskAsync("shell", task => task.Enter(Status.Todo, task.CreatedAt, null));

        await Eventually.Async(async () =>
        {
            _store.Clock.Advance(TimeSpan.FromSeconds(10));
            await SleepsAsync();
            return (await _store.TaskAsync(left.Id)).LiveRunId is not null;
        });
    }

    [Fact]
    public async Task Work_starts_when_its_window_opens_though_nothing_wakes_the_loop()
    {
        await new People(_store).EditLaneAsync("shell", """{"windows":["01:00-02:00 UTC"]}""");
        await new People(_store).CreateAsync(new CreateTask("t", "shell"));
        _store.Admission.Tick = TimeSpan.FromMinutes(5);
        var task = await _store.ReadAsync(db => db.Tasks.Select(t => t.Id).SingleAsync());
        var opens = new DateTimeOffset(2026, 1, 1, 1, 0, 0, TimeSpan.Zero);
        _store.Clock.Advance(opens.AddSeconds(-3) - await _store.NowAsync());

        DateTimeOffset? startedAt = null;
        await Eventually.Async(async () =>
        {
            await SleepsAsync();
            _store.Clock.Advance(TimeSpan.FromMilliseconds(250));
            startedAt = (await _store.TaskAsync(task)).LiveRunId is null ? null : await _store.NowAsync();
            return startedAt is not null;
        });

        Assert.InRange(startedAt!.Value, opens, opens + TimeSpan.FromSeconds(2));
    }

    /// <summary>The loop has set the timer it sleeps by.</summary>
    private Task SleepsAsync() => Eventually.Async(() => _store.Clock.PendingTimers > 0);
}
