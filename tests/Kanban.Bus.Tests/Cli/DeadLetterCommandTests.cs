using Kanban.Bus.Contracts;

namespace Kanban.Bus.Tests.Cli;

/// <summary><c>kanban ops dlq</c>: what nobody could read, for a person.</summary>
public sealed class DeadLetterCommandTests
{
    private static readonly DeadLetterView Broken = Letter("not an offer", [0x7B]);
    private static readonly DeadLetterView Binary = Letter("content type 'text/plain'", [0xFF, 0xFE]);

    [Fact]
    public async Task List_prints_a_row_for_each_and_says_when_there_is_none()
    {
        await using var board = await FakeBoard.StartAsync(("GET /dead-letters", FakeBoard.Turns(FakeBoard.Answers(Samples.Page(Broken, Binary)), FakeBoard.Answers(Samples.Page<DeadLetterView>()))));
        using var kanban = new CommandLine(board);

        var rows = await kanban.RunAsync("ops", "dlq", "list", "-o", "tsv");
        var none = await kanban.RunAsync("ops", "dlq", "list", "-o", "table");

        Assert.Equal($"{Broken.Id}\t2026-05-01T08:00:00.000Z\tkanban.lane.gpu\t1\tworker:w1\tnot an offer", rows.Out.Split('\n')[0]);
        Assert.Equal((0, "No dead letters.\n"), (none.Code, none.Error));
    }

    [Fact]
    public async Task Show_prints_the_message_as_text_where_it_is_and_in_base64_where_it_is_not()
    {
        await using var board = await FakeBoard.StartAsync(($"GET /dead-letters/{Broken.Id}", FakeBoard.Answers(Broken)), ($"GET /dead-letters/{Binary.Id}", FakeBoard.Answers(Binary)));
        using var kanban = new CommandLine(board);

        Assert.Contains("message\t{\n", (await kanban.RunAsync("ops", "dlq", "show", $"{Broken.Id}", "-o", "tsv")).Out, StringComparison.Ordinal);
        Assert.Contains("base64\t//4=\n", (await kanban.RunAsync("ops", "dlq", "show", $"{Binary.Id}", "-o", "tsv")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resend_all_goes_on_past_one_that_is_refused_and_says_so_with_its_exit_code()
    {
        await using var board = await FakeBoard.StartAsync(
            ("GET /dead-letters", FakeBoard.Answers(Samples.Page(Broken, Binary))),
            ($"POST /dead-letters/{Broken.Id}/resend", FakeBoard.Refuses(409, "no-queue", "There is no lane's queue 'kanban.lane.gpu'.")),
            ($"POST /dead-letters/{Binary.Id}/resend", NoContent));
        using var kanban = new CommandLine(board);

        var ended = await kanban.RunAsync("ops", "dlq", "resend", "--all");

        Assert.Equal(5, ended.Code);
        Assert.Contains($"Dead letter {Broken.Id} stays: There is no lane's queue", ended.Error, StringComparison.Ordinal);
        Assert.Contains($"Dead letter {Binary.Id} is on its queue again.", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Drop_takes_ids_or_all_and_nothing_else()
    {
        await using var board = await FakeBoard.StartAsync(($"DELETE /dead-letters/{Broken.Id}", NoContent));
        using var kanban = new CommandLine(board);

        Assert.Equal(0, (await kanban.RunAsync("ops", "dlq", "drop", $"{Broken.Id}")).Code);
        Assert.Equal(2, (await kanban.RunAsync("ops", "dlq", "drop")).Code);
        Assert.Equal(2, (await kanban.RunAsync("ops", "dlq", "drop", $"{Broken.Id}", "--all")).Code);
        Assert.Single(board.Requests);
    }

    private static Task NoContent(HttpContext context)
    {
        context.Response.StatusCode = 204;
        return Task.CompletedTask;
    }

    private static DeadLetterView Letter(string reason, byte[] body) =>
        new(Guid.CreateVersion7(), "kanban.lane.gpu", reason, "worker:w1", Samples.At, "application/json", body.Length, body);
}
