using System.Net;
using Kanban.Bus.Board.Access;
using Kanban.Bus.Board.DeadLetters;
using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Hosting;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Tests.DeadLetters;

/// <summary>What a worker could not read is kept with its reason, until a person sends it again or drops it.</summary>
public sealed class DeadLetterTests
{
    private static readonly byte[] Bytes = [0xFF, 1, 2];

    [Fact]
    public async Task A_dead_letter_is_listed_shown_and_in_the_history_with_its_reason_and_its_bytes()
    {
        await using var board = await BoardServer.StartAsync();

        Assert.Equal(HttpStatusCode.NoContent, await PostAsync(board, new DeadLetter("kanban.lane.gpu", "not JSON", Bytes, "text/plain")));

        using var person = board.Client(board.AdminKey);
        var listed = Assert.Single(await ListAsync(person));
        Assert.Equal(("kanban.lane.gpu", "not JSON", "worker:w1", "text/plain", 3L, null), (listed.Queue, listed.Reason, listed.From, listed.ContentType, listed.Bytes, listed.Body));
        var shown = await person.GetFromJsonAsync<DeadLetterView>($"/api/v1/dead-letters/{listed.Id}", Json.Client);
        Assert.Equal(Bytes, shown!.Body);
        var page = await person.GetFromJsonAsync<Page<EventView>>("/api/v1/events?type=message.dead-lettered", Json.Client);
        var seen = Assert.Single(page!.Items);
        Assert.Equal(("worker:w1", "w1"), (seen.Actor, seen.WorkerId));
        Assert.Equal((listed.Id, 3), (seen.Data.GetProperty("id").GetGuid(), seen.Data.GetProperty("bytes").GetInt32()));
        Assert.Equal(Bytes, seen.Data.GetProperty("body").GetBytesFromBase64());
    }

    [Fact]
    public async Task The_list_has_pages_and_a_dropped_one_is_gone_from_it()
    {
        await using var board = await BoardServer.StartAsync();
        for (var i = 0; i < 3; i++)
            await PostAsync(board, new DeadLetter("kanban.lane.gpu", $"reason {i}", Bytes, null));
        using var person = board.Client(board.AdminKey);

        var first = await person.GetFromJsonAsync<Page<DeadLetterView>>("/api/v1/dead-letters?limit=2", Json.Client);
        var second = await person.GetFromJsonAsync<Page<DeadLetterView>>($"/api/v1/dead-letters?limit=2&after={first!.NextCursor}", Json.Client);
        Assert.Equal(["reason 0", "reason 1", "reason 2"], first.Items.Concat(second!.Items).Select(d => d.Reason));

        var dropped = first.Items[1].Id;
        Assert.Equal(HttpStatusCode.NoContent, (await person.DeleteAsync($"/api/v1/dead-letters/{dropped}")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await person.DeleteAsync($"/api/v1/dead-letters/{dropped}")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await person.GetAsync($"/api/v1/dead-letters/{dropped}")).StatusCode);
        Assert.Equal(["reason 0", "reason 2"], (await ListAsync(person)).Select(d => d.Reason));
        var history = await person.GetFromJsonAsync<Page<EventView>>("/api/v1/events?type=message.dropped", Json.Client);
        Assert.Equal(dropped, Assert.Single(history!.Items).Data.GetProperty("id").GetGuid());
    }

    [Theory]
    [InlineData("kanban.lane.nobody", null, "no-queue")]
    [InlineData("kanban.events", null, "no-queue")]
    [InlineData("kanban.lane.gpu", 4L, "cut")]
    public async Task What_can_not_be_sent_again_stays_and_says_why(string queue, long? bytes, string code)
    {
        await using var board = await BoardServer.StartAsync();
        await PostAsync(board, new DeadLetter(queue, "why", Bytes, null, bytes));
        using var person = board.Client(board.AdminKey);
        var letter = Assert.Single(await ListAsync(person));

        using var answer = await person.PostAsync($"/api/v1/dead-letters/{letter.Id}/resend", null);

        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        Assert.Equal(code, (await Problem.ReadAsync(answer)).Code);
        Assert.Single(await ListAsync(person));
    }

    [Fact]
    public async Task Sizes_are_bounded_and_text_is_made_plain()
    {
        await using var board = await BoardServer.StartAsync();

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await PostAsync(board, new DeadLetter("q", "why", new byte[64 * 1024 + 1], null)));
        Assert.Equal(HttpStatusCode.NoContent, await PostAsync(board, new DeadLetter("q", "why", new byte[64 * 1024], null, 70_000_000)));
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync(board, new DeadLetter("", "why", [], null)));
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync(board, new DeadLetter("q", new string('x', 2001), [], null)));
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync(board, new DeadLetter("q", "why", [1, 2], null, 1)));
        Assert.Equal(HttpStatusCode.NoContent, await PostAsync(board, new DeadLetter("q\0", "\u001b[31mred", [], "text/\0plain")));

        using var person = board.Client(board.AdminKey);
        var last = (await ListAsync(person))[^1];
        Assert.Equal(("q\uFFFD", "\uFFFD[31mred", "text/\uFFFDplain"), (last.Queue, last.Reason, last.ContentType));
    }

    [Fact]
    public async Task Past_the_bound_the_oldest_gives_way()
    {
        await using var board = await BoardServer.StartAsync();
        await board.UseAsync(async db =>
        {
            db.DeadLetters.AddRange(Enumerable.Range(0, SetAside.MaxRows).Select(i => new SetAside { Id = Guid.CreateVersion7(DateTimeOffset.UnixEpoch.AddMilliseconds(i)), Queue = "q", Reason = $"reason {i}", SentBy = "board", Body = [] }));
            return await db.SaveChangesAsync();
        });

        await PostAsync(board, new DeadLetter("q", "one more", Bytes, null));

        Assert.Equal(SetAside.MaxRows, await board.UseAsync(db => db.DeadLetters.CountAsync()));
        Assert.Equal("reason 1", await board.UseAsync(db => db.DeadLetters.OrderBy(d => d.Id).Select(d => d.Reason).FirstAsync()));
        Assert.Equal("one more", await board.UseAsync(db => db.DeadLetters.OrderByDescending(d => d.Id).Select(d => d.Reason).FirstAsync()));
    }

    private static async Task<IReadOnlyList<DeadLetterView>> ListAsync(HttpClient person) =>
        (await person.GetFromJsonAsync<Page<DeadLetterView>>("/api/v1/dead-letters", Json.Client))!.Items;

    private static async Task<HttpStatusCode> PostAsync(BoardServer board, DeadLetter letter)
    {
        var (token, hash) = Tokens.New(Tokens.Session);
        await board.UseAsync(async db =>
        {
            await db.Workers.ExecuteDeleteAsync();
            db.Workers.Add(new Board.Fleet.Worker { Id = "w1", Host = "box", Version = "1", SessionHash = hash, State = WorkerState.Live });
            return await db.SaveChangesAsync();
        });
        using var worker = board.Client(token);
        using var answer = await worker.PostAsJsonAsync("/api/v1/dead-letters", letter, Json.Client);
        return answer.StatusCode;
    }
}
