using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Tests.Runs;

/// <summary>Runs that are moved by the events of the state machine, without a face around it.</summary>
public abstract class RunSpec<TStore> : StoreSpec<TStore> where TStore : TestStore, new()
{
    /// <summary>A new task of lane <c>shell</c> and its offer, with worker <c>w1</c> to fit.</summary>
    protected async Task<(Guid Task, Guid Run)> OfferedAsync()
    {
        if (!await Store.ReadAsync(db => db.Lanes.AnyAsync()))
        {
            await Store.AddLaneAsync("shell");
            await Store.AddWorkerAsync("w1", "shell=100");
        }

        var task = await Store.AddTaskAsync("shell");
        return (task.Id, (await Store.AdmitAsync()).Single(o => o.TaskKey == task.Key).RunId);
    }

    /// <summary>A new task and its run, which <c>w1</c> holds.</summary>
    protected async Task<(Guid Task, Guid Run)> HeldAsync()
    {
        var (task, run) = await OfferedAsync();
        Assert.NotNull((await Store.ClaimAsync("w1", run)).Grant);
        return (task, run);
    }

    protected async Task ExpectAsync(Guid run, RunState state, Guid task, Status status)
    {
        Assert.Equal(state, (await Store.RunAsync(run)).StateName);
        Assert.Equal(status, (await Store.TaskAsync(task)).Status);
    }
}
