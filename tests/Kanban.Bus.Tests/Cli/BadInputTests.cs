using Kanban.Bus.Cli;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Tests.Cli;

/// <summary>What was once taken for something else than was typed: each is refused in one sentence that names the option, what was given and what is allowed.</summary>
public sealed class BadInputTests
{
    private const string Weights = "--weight takes KEY=WEIGHT such as web=3, the weight 1 to 1,000 or none; not '";
    private const string Units = "--draw takes NAME=UNITS such as vllm-a=2; not '";
    private const string Seconds = " takes a length of time in whole seconds, such as 90s, 15m or 1h30m";

    [Theory]
    [InlineData("order set --weight foo", Weights + "foo'.")]
    [InlineData("order set --weight web=foo", Weights + "web=foo'.")]
    [InlineData("order set --weight web=-1", Weights + "web=-1'.")]
    [InlineData("order set --weight web=", Weights + "web='.")]
    [InlineData("order set --weight =3", Weights + "=3'.")]
    [InlineData("order set --weight web=1 --weight web=2", "--weight names web twice; say it once.")]
    [InlineData("task add x --lane shell --draw vllm-a=", Units + "vllm-a='.")]
    [InlineData("task add x --lane shell --draw vllm-a=1 --draw vllm-a=2", "--draw names vllm-a twice; say it once.")]
    [InlineData("lane set shell --retries host=5 --retries host=6", "--retries names host twice; say it once.")]
    [InlineData("worker run --lane shell=1 --lane shell=2", "--lane names shell twice; say it once.")]
    [InlineData("simulate --set all=1 --set all=2", "--set names all twice; say it once.")]
    [InlineData("task edit main-1 --label none --label b", "--label takes none alone or what there should be, not both.")]
    [InlineData("task edit main-1 --draw none --draw vllm-a=1", "--draw takes none alone or what there should be, not both.")]
    [InlineData("lane set shell --artifact none --artifact x", "--artifact takes none alone or what there should be, not both.")]
    [InlineData("task list --status ,", "--status takes one of triage, todo, scheduled, ready, running, blocked, review, done, failed, cancelled; not ','.")]
    [InlineData("task add x --lane shell --max-runtime 1.9", "--max-runtime" + Seconds + "; not '1.9'.")]
    [InlineData("task add x --lane shell --max-runtime 99999d", "--max-runtime" + Seconds + "; not '99999d'.")]
    [InlineData("lane set shell --silence 0.5", "--silence" + Seconds + " or none; not '0.5'.")]
    [InlineData("lane add shell --grace 2.5", "--grace" + Seconds + "; not '2.5'.")]
    [InlineData("task add x --lane shell --not-before 1.5", "--not-before takes a time such as 2026-05-01T08:00Z or +15m; not '1.5'.")]
    [InlineData("task add x --lane shell --due 10/3", "--due takes a time such as 2026-05-01T08:00Z or +15m; not '10/3'.")]
    [InlineData("task add x --lane shell --due +399999999999", "--due takes a time such as 2026-05-01T08:00Z or +15m; not '+399999999999'.")]
    public async Task What_cant_be_meant_so_is_refused_and_nothing_is_sent(string line, string sentence)
    {
        await using var board = await FakeBoard.StartAsync();
        using var kanban = new CommandLine(board);

        var ended = await kanban.RunAsync(line.Split(' '));

        Assert.Equal((2, sentence), (ended.Code, ended.Error.Split('\n')[0]["kanban: ".Length..]));
        Assert.Empty(board.Requests);
    }

    [Fact]
    public async Task A_word_that_begins_with_an_at_sign_is_itself_and_no_file_of_options()
    {
        await using var board = await FakeBoard.StartAsync();
        using var kanban = new CommandLine(board);

        await kanban.RunAsync("schedule", "create", "nightly", "--cron", "@daily", "--lane", "shell");

        Assert.Contains("\"cron\":\"@daily\"", Assert.Single(board.Requests).Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "0 s")]
    [InlineData(0.5, "0.5 s")]
    [InlineData(120, "2 min")]
    [InlineData(5_400, "1 h 30 min")]
    [InlineData(93_784, "1 d 2 h 3 min 4 s")]
    public void A_length_of_time_is_shown_as_a_person_says_it(double seconds, string text) => Assert.Equal(text, Times.Text(seconds));

    [Fact]
    public async Task Show_tells_lengths_of_time_in_words_and_json_in_seconds()
    {
        await using var board = await FakeBoard.StartAsync(
            ("GET /lanes/shell", FakeBoard.Answers(Samples.Lane() with { MaxRuntimeSeconds = 5_400, SilenceSeconds = 900 })),
            ("GET /order", FakeBoard.Answers(new OrderView(60, "board", 600, [], [], new PassesView(0, 0, 0, 0)))));
        using var kanban = new CommandLine(board);

        var lane = await kanban.RunAsync("lane", "show", "shell");
        Assert.Contains("max runtime\t1 h 30 min\nsilence\t15 min\ngrace\t10 s\n", lane.Out, StringComparison.Ordinal);
        Assert.Contains("a point of priority\t1 min of waiting\n", (await kanban.RunAsync("order", "show")).Out, StringComparison.Ordinal);
        Assert.Contains("\"maxRuntimeSeconds\": 5400", (await kanban.RunAsync("lane", "show", "shell", "-o", "json")).Out, StringComparison.Ordinal);
    }
}
