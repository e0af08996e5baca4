using System.Net;
using Kanban.Bus.Board.Access;
using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Hosting;

namespace Kanban.Bus.Tests.Events;

/// <summary>What a worker could not read is seen by people, with its reason.</summary>
public sealed class DeadLetterTests
{
    [Fact]
    public async Task A_dead_letter_is_in_the_history_with_its_reason_and_its_bytes()
    {
        await using var board = await BoardServer.StartAsync();
        using var worker = await WorkerAsync(board);
        byte[] body = [0xFF, 1, 2];

        using var answer = await worker.PostAsJsonAsync("/api/v1/dead-letters", new DeadLetter("kanban.lane.gpu", "not JSON", body, "text/plain"), Json.Client);

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        using var person = board.Client(board.AdminKey);
        var page = await person.GetFromJsonAsync<Page<EventView>>("/api/v1/events?type=message.dead-lettered", Json.Client);
        var seen = Assert.Single(page!.Items);
        Assert.Equal(("worker:w1", "w1"), (seen.Actor, seen.WorkerId));
        Assert.Equal(("kanban.lane.gpu", "not JSON", 3), (seen.Data.GetProperty("queue").GetString(), seen.Data.GetProperty("reason").GetString(), seen.Data.GetProperty("bytes").GetInt32()));
        Assert.Equal(body, seen.Data.GetProperty("body").GetBytesFromBase64());
    }

    [Fact]
    public async Task Sizes_are_bounded()
    {
        await using var board = await BoardServer.StartAsync();
        using var worker = await WorkerAsync(board);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await PostAsync(worker, new DeadLetter("q", "why", new byte[64 * 1024 + 1], null)));
        Assert.Equal(HttpStatusCode.NoContent, await PostAsync(worker, new DeadLetter("q", "why", new byte[64 * 1024], null)));
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync(worker, new DeadLetter("", "why", [], null)));
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync(worker, new DeadLetter("q", new string('x', 2001), [], null)));
    }

    private static async Task<HttpStatusCode> PostAsync(HttpClient worker, DeadLetter letter)
    {
        using var answer = await worker.PostAsJsonAsync("/api/v1/dead-letters", letter, Json.Client);
        return answer.StatusCode;
    }

    private static async Task<HttpClient> WorkerAsync(BoardServer board)
    {
        var (token, hash) = Tokens.New(Tokens.Session);
        await board.UseAsync(async db =>
        {
            db.Workers.Add(new Board.Fleet.Worker { Id = "w1", Host = "box", Version = "1", SessionHash = hash, State = WorkerState.Live });
            return await db.SaveChangesAsync();
        });
        return board.Client(token);
    }
}
