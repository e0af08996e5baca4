using Kanban.Bus.Board.Admission;
using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;
using Kanban.Bus.Tests.Tasks;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Tests.Admission;

/// <summary>Order over real rows: what the reader finds among many that wait, and what is stored of it.</summary>
public abstract class OrderSpec<TStore> : TaskSpec<TStore> where TStore : TestStore, new()
{
    [Fact]
    public async Task A_task_stands_where_its_age_and_its_priority_of_now_put_it()
    {
        await Store.AddWorkerAsync("w1", "shell=1");
        var old = await CreateAsync("old");
        await Store.AdvanceAsync(TimeSpan.FromMinutes(25));
        var low = await CreateAsync("low");
        var edited = await CreateAsync("edited");

        await People.EditAsync(low.Key, """{"priority":2}""");
        await People.EditAsync(edited.Key, """{"priority":3}""");

        Assert.Equal([edited.Key, old.Key, low.Key], await OneByOneAsync());
    }

    [Fact]
    public async Task A_task_that_becomes_ready_again_is_as_old_as_that()
    {
        await Store.AddWorkerAsync("w1", "shell=1");
        var again = await CreateAsync("again");
        await People.BlockAsync(again.Key);
        await Store.AdvanceAsync(TimeSpan.FromMinutes(5));
        var other = await CreateAsync("other");
        await Store.AdvanceAsync(TimeSpan.FromMinutes(5));
        await People.UnblockAsync(again.Key);

        Assert.Equal([other.Key, again.Key], await OneByOneAsync());
    }

    [Fact]
    public async Task At_its_start_a_board_puts_ready_tasks_where_its_settings_say_and_others_stay()
    {
        await Store.AddWorkerAsync("w1", "shell=1");
        var old = await CreateAsync("old");
        await Store.AdvanceAsync(TimeSpan.FromMinutes(5));
        var urgent = (await People.CreateAsync(new("urgent", "shell", Priority: 1))).Task;

        Assert.Equal(0, await SettleAsync());
        Store.Admission.AgeingStep = TimeSpan.FromMinutes(1);
        Assert.Equal(1, await SettleAsync());
        Assert.Equal(0, await SettleAsync());

        Store.Admission.FairBetween = "creator";
        Assert.Equal(2, await SettleAsync());
        Assert.Equal([old.Key, urgent.Key], await OneByOneAsync());
    }

    [Fact]
    public async Task The_first_task_of_a_board_is_not_hidden_by_the_many_of_another()
    {
        Store.Admission.ScanLimit = 3;
        await Store.AddBoardAsync("web");
        await Store.AddBoardAsync("docs");
        await Store.AddWorkerAsync("w1", "shell=4");
        for (var i = 0; i < 40; i++)
            await CreateAsync("many");
        var first = await CreateAsync("first", "web");
        await CreateAsync("second", "web");
        var docs = await CreateAsync("first", "docs");

        Assert.Equal(["main-1", first.Key, docs.Key, "main-2"], (await Store.AdmitAsync()).Select(o => o.TaskKey));
        Assert.Equal((2, 1, 3), (await PlaceAsync("main-3"), await PlaceAsync("web-2"), await PlaceAsync("main-4")));
    }

    [Fact]
    public async Task Weights_change_while_all_runs_and_the_history_says_who_from_to_and_why()
    {
        await Store.AddBoardAsync("web");
        await Store.AddWorkerAsync("w1", "shell=8");
        Assert.Equal(("/weights/web", "A weight is 1 to 1000; given was 0."), (await People.EditOrderAsync("""{"weights":{"web":0}}""")).Fault());

        await People.EditOrderAsync("""{"weights":{"web":3,"main":2},"reason":"release"}""");
        var order = (await People.EditOrderAsync("""{"weights":{"main":null}}""")).Value<OrderView>();
        for (var i = 0; i < 10; i++)
        {
            await CreateAsync("a");
            await CreateAsync("b", "web");
        }

        Assert.Equal([("web", 3, 0)], order.Shares.Select(s => (s.Key, s.Weight, s.Active)));
        Assert.Equal(6, (await Store.AdmitAsync()).Count(o => o.TaskKey.StartsWith("web", StringComparison.Ordinal)));
        Assert.Equal([("main", 1, 2), ("web", 3, 6)], (await People.OrderAsync()).Shares.Select(s => (s.Key, s.Weight, s.Active)));
        var written = await Store.ReadAsync(db => db.Events.Where(e => e.Type == EventTypes.OrderEdited).OrderBy(e => e.Seq).Select(e => new { e.Actor, e.Data }).ToListAsync());
        Assert.Equal(People.Name, written[0].Actor);
        Assert.Equal("""{"weights":{"web":{"from":1,"to":3},"main":{"from":1,"to":2}},"reason":"release"}""", written[0].Data);
    }

    [Fact]
    public async Task A_task_behind_many_that_draw_from_a_full_pool_or_stand_on_a_full_board_is_found()
    {
        Store.Admission.ScanLimit = 2;
        await Store.AddPoolAsync("vllm", 1);
        await Store.AddBoardAsync("full", maxActive: 1);
        await Store.AddWorkerAsync("w1", "shell=9");
        for (var i = 0; i < 20; i++)
        {
            await DrawingAsync("drawing", 1);
            await CreateAsync("on a full board", "full");
        }

        Assert.Equal(2, (await Store.AdmitAsync()).Count);
        var behind = await CreateAsync("behind");

        Assert.Equal(behind.Key, Assert.Single(await Store.AdmitAsync()).TaskKey);
    }

    [Fact]
    public async Task What_a_starving_task_lacks_is_kept_for_it_and_why_says_so_to_those_behind()
    {
        await Store.AddPoolAsync("vllm", 4);
        await Store.AddWorkerAsync("w1", "shell=9");
        var running = new[] { await DrawingAsync("small", 1), await DrawingAsync("small", 1) };
        var runs = (await Store.AdmitAsync()).ToDictionary(o => o.TaskKey, o => o.RunId);
        foreach (var small in running)
            await Store.ClaimAsync("w1", runs[small]);
        var large = await DrawingAsync("large", 4);

        var passing = await DrawingAsync("passes by", 1);
        Assert.Equal([passing], (await Store.AdmitAsync()).Select(o => o.TaskKey));
        await Store.AdvanceAsync(Store.Admission.ReserveAfter);
        var held = await DrawingAsync("held", 1);
        Assert.Empty(await Store.AdmitAsync());

        var why = (await People.WhyAsync(held)).Value<WhyView>();
        Assert.StartsWith($"4 of 4 units of pool vllm are kept for {large}, whose turn came before, and 3 are drawn by {running[0]} (", why.Reason, StringComparison.Ordinal);
        Assert.Equal(("pool vllm", 2), (why.Cap, why.Place));
        Assert.Equal(("pool vllm", large, 4), (await People.OrderAsync()).Reservations.Select(r => (r.Cap, r.TaskKey, r.Units)).Single());

        foreach (var small in running)
            await Store.FinishAsync("w1", new FinishItem(runs[small], 1, Outcome.Succeeded));
        Assert.Empty(await Store.AdmitAsync());
        await People.CancelAsync(passing);
        Assert.Equal([large], (await Store.AdmitAsync()).Select(o => o.TaskKey));
        Assert.Empty((await People.OrderAsync()).Reservations);
    }

    [Fact]
    public async Task What_is_kept_for_a_task_that_is_taken_back_is_free_again()
    {
        await Store.AddPoolAsync("vllm", 2);
        await Store.AddWorkerAsync("w1", "shell=9");
        await DrawingAsync("small", 1);
        await Store.AdmitAsync();
        var large = await DrawingAsync("large", 2);
        await Store.AdvanceAsync(Store.Admission.ReserveAfter);
        var small = await DrawingAsync("small", 1);
        Assert.Empty(await Store.AdmitAsync());

        await People.BlockAsync(large);

        Assert.Equal([small], (await Store.AdmitAsync()).Select(o => o.TaskKey));
    }

    private async Task<string> DrawingAsync(string title, int units) => (await People.CreateAsync(new(title, "shell", Draws: new Dictionary<string, int?> { ["vllm"] = units }))).Task.Key;

    private async Task<int?> PlaceAsync(string key) => (await People.WhyAsync(key)).Value<WhyView>().Place;

    private Task<int> SettleAsync() => Store.UseAsync(s => s.GetRequiredService<Turns>().SettleAsync(s.GetRequiredService<Board.Storage.BoardDbContext>(), default));

    /// <summary>Starts and ends what is ready, with a worker of one slot.</summary>
    private async Task<List<string>> OneByOneAsync()
    {
        var order = new List<string>();
        while ((await Store.AdmitAsync()).SingleOrDefault() is { } offer)
        {
            order.Add(offer.TaskKey);
            await Store.ClaimAsync("w1", offer.RunId);
            await Store.FinishAsync("w1", new FinishItem(offer.RunId, 1, Outcome.Succeeded));
        }

        return order;
    }
}
