using Kanban.Bus.Board.Storage;
using Kanban.Bus.Board.Tasks;
using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Tests.Tasks;

/// <summary>A board with the lane <c>shell</c>, and people who call it.</summary>
public abstract class TaskSpec<TStore> : StoreSpec<TStore>, IAsyncLifetime where TStore : TestStore, new()
{
    internal People People => field ??= new People(Store);

    async Task IAsyncLifetime.InitializeAsync()
    {
        await InitializeAsync();
        await Store.AddLaneAsync("shell");
    }

    protected async Task<TaskView> CreateAsync(string title, string board = "main", params string[] parents) =>
        (await People.CreateAsync(new(title, "shell", Board: board, Parents: parents))).Task;

    protected async Task<TaskView> ShowAsync(string key) => (await People.ShowAsync(key)).Value<TaskDetail>().Task;

    protected async Task<Status> StatusAsync(string key) => (await ShowAsync(key)).Status;

    protected async Task<List<string>> EventsAsync(string key) => await Store.EventsAsync(await IdAsync(key));

    protected Task<Guid> IdAsync(string key) => Store.ReadAsync(async db => (await db.FindTaskIdsAsync([key], default))[key]);

    /// <summary>Brings a ready task's offer out, with a worker to fit.</summary>
    /// <returns>The run.</returns>
    protected async Task<Guid> OfferAsync(string key)
    {
        if (!await Store.ReadAsync(db => db.Workers.AnyAsync()))
            await Store.AddWorkerAsync("w1", "shell=50");
        return (await Store.AdmitAsync()).Single(o => o.TaskKey == key).RunId;
    }

    /// <summary>Brings a ready task to run on worker <c>w1</c>.</summary>
    protected async Task<Guid> StartAsync(string key)
    {
        var run = await OfferAsync(key);
        Assert.NotNull((await Store.ClaimAsync("w1", run)).Grant);
        return run;
    }

    /// <summary>Puts the row into a status as if it had come there, whatever the rules say.</summary>
    protected Task PutAsync(string key, Status status) => Store.UseAsync(async db =>
    {
        var task = await db.Tasks.SingleAsync(t => t.Board + "-" + t.Number == key);
        task.Enter(status, await db.NowAsync(default), null);
        await db.SaveChangesAsync();
    });

    protected Task ReleaseDueAsync() => Store.UseAsync(async (BoardDbContext db) =>
    {
        await db.ReleaseDueAsync(await db.NowAsync(default), default);
        await db.ReleaseFreeAsync(await db.NowAsync(default), default);
    });
}
