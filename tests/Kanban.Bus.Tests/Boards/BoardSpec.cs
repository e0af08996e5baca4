using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;
using Kanban.Bus.Tests.Tasks;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Tests.Boards;

/// <summary>Boards: their keys, caps and counts.</summary>
public abstract class BoardSpec<TStore> : TaskSpec<TStore> where TStore : TestStore, new()
{
    [Fact]
    public async Task A_new_board_is_empty_and_makes_keys()
    {
        var board = (await People.CreateBoardAsync(new("web", "The Web", 3))).Value<BoardView>();

        Assert.Equal(("web", "The Web", 3, 0), (board.Key, board.Title, board.MaxActive, board.Active));
        Assert.Equal(10, board.Counts.Count);
        Assert.All(board.Counts.Values, count => Assert.Equal(0, count));
        Assert.Equal("web-1", (await CreateAsync("t", "web")).Key);
        (await People.CreateBoardAsync(new("web"))).Refused(409, "exists");
    }

    [Fact]
    public async Task A_board_counts_its_tasks_by_status_and_its_live_runs()
    {
        await CreateAsync("a");
        var running = await CreateAsync("b");
        await People.BlockAsync((await CreateAsync("c")).Key);
        await People.ArchiveAsync((await CreateAsync("d")).Key);
        await StartAsync(running.Key);

        var board = (await People.ShowBoardAsync("main")).Value<BoardView>();

        Assert.Equal((1, 1, 1, 0), (board.Counts["ready"], board.Counts["running"], board.Counts["blocked"], board.Counts["done"]));
        Assert.Equal(2, board.Active);
    }

    [Fact]
    public async Task An_edit_keeps_what_is_absent_and_is_in_the_history()
    {
        await People.CreateBoardAsync(new("web", "The Web", 3));

        var board = (await People.EditBoardAsync("web", """{"maxActive":null}""")).Value<BoardView>();

        Assert.Equal(("The Web", null), (board.Title, board.MaxActive));
        var edited = await Store.ReadAsync(db => db.Events.SingleAsync(e => e.Type == EventTypes.BoardEdited));
        Assert.Equal("""{"maxActive":{"from":3,"to":null}}""", edited.Data);
    }

    [Fact]
    public async Task Bad_input_is_refused_where_it_is()
    {
        Assert.Equal("/key", (await People.CreateBoardAsync(new("We b"))).Fault().Pointer);
        Assert.Equal("/title", (await People.CreateBoardAsync(new("web", " "))).Fault().Pointer);
        Assert.Equal("/maxActive", (await People.EditBoardAsync("main", """{"maxActive":0}""")).Fault().Pointer);
        Assert.Contains("'main'", (await People.ShowBoardAsync("mian")).Refused(404, "not-found"), StringComparison.Ordinal);
    }
}
