using Kanban.Bus.Board.Admission;
using Kanban.Bus.Board.Boards;
using Kanban.Bus.Board.Fleet;
using Kanban.Bus.Board.Gateways;
using Kanban.Bus.Board.Lanes;
using Kanban.Bus.Board.Pools;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Tests.Harness;
using Kanban.Bus.Tests.Tasks;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Tests.Admission;

/// <summary>Admission keeps what seldom changes in memory, and never decides by what is no longer so.</summary>
public abstract class LayoutSpec<TStore> : TaskSpec<TStore> where TStore : TestStore, new()
{
    [Theory]
    [InlineData(typeof(Lane))]
    [InlineData(typeof(Pool))]
    [InlineData(typeof(FairWeight))]
    [InlineData(typeof(WorkerSlots))]
    [InlineData(typeof(TaskBoard), "created_at", "key", "next_number", "title")]
    [InlineData(typeof(Board.Fleet.Worker), "boot_id", "heartbeat_at", "id", "instance", "load", "old_session_hash", "process_id", "registered_at", "session_hash", "version")]
    [InlineData(typeof(Gateway), "address", "baseline", "calm_since", "failed", "healthy_below", "key_name", "misses", "moved_at", "next_at", "overload_above", "overloads", "overshoots", "pool", "probe", "probed_at", "query",
        "reported_answered", "reported_ms", "reported_refused", "reported_timed_out", "run_baseline", "signals", "stable", "turn")]
    public async Task A_change_of_any_column_that_admission_reads_is_seen(Type entity, params string[] notRead)
    {
        await Store.AddWorkerAsync("w1", "shell=2");
        await Store.AddPoolAsync("vllm-a", 1);
        await Store.UseAsync(async db =>
        {
            db.Gateways.Add(new() { Pool = "vllm-a" });
            db.FairWeights.Add(new() { Key = "main", Weight = 2 });
            await db.SaveChangesAsync();
        });

        var unseen = new List<string>();
        await Store.UseAsync(async db =>
        {
            var type = db.Model.FindEntityType(entity)!;
            var table = type.GetTableName()!;
            foreach (var column in type.GetProperties().Select(p => p.GetColumnName()).Order(StringComparer.Ordinal))
            {
                var before = await VersionAsync(db);
                // The names come from the model.
#pragma warning disable EF1002
                Assert.True(await db.Database.ExecuteSqlRawAsync($"UPDATE \"{table}\" SET \"{column}\" = \"{column}\"") > 0);
#pragma warning restore EF1002
                if (await VersionAsync(db) == before)
                    unseen.Add(column);
            }
        });

        Assert.Equal(notRead, unseen);
    }

    [Fact]
    public async Task What_was_rolled_back_is_not_kept()
    {
        await Store.AddWorkerAsync("w1", "shell=2");
        var most = await Store.UseAsync(async services =>
        {
            var (db, layouts) = (services.GetRequiredService<BoardDbContext>(), services.GetRequiredService<LayoutCache>());
            await using (await db.Database.BeginTransactionAsync())
            {
                await db.Lanes.ExecuteUpdateAsync(set => set.SetProperty(l => l.MaxActive, 1));
                Assert.Equal(1, (await layouts.ReadAsync(db, default)).Layout.Lanes.Single(l => l.Name == "shell").MaxActive);
            }

            await using var another = await db.Database.BeginTransactionAsync();
            await db.Lanes.ExecuteUpdateAsync(set => set.SetProperty(l => l.MaxActive, 3));
            return (await layouts.ReadAsync(db, default)).Layout.Lanes.Single(l => l.Name == "shell").MaxActive;
        });

        Assert.Equal(3, most);
    }

    [Fact]
    public async Task What_has_not_changed_is_not_read_again() =>
        Assert.True(await Store.UseAsync(async services =>
        {
            var (db, layouts) = (services.GetRequiredService<BoardDbContext>(), services.GetRequiredService<LayoutCache>());
            var first = await layouts.ReadAsync(db, default);
            return ReferenceEquals(first.Layout, (await layouts.ReadAsync(db, default)).Layout);
        }));

    private static Task<string> VersionAsync(BoardDbContext db) => db.Set<LayoutRow>().AsNoTracking().Select(r => r.Version).SingleAsync();
}
