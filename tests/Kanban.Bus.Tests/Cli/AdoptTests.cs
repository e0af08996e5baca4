using Kanban.Bus.Contracts;

namespace Kanban.Bus.Tests.Cli;

/// <summary><c>kanban task adopt</c>: which run's late result is meant.</summary>
public sealed class AdoptTests
{
    private static readonly LateResult Success = new(Outcome.Succeeded, null, "too late", 0, null, Samples.At, 1);

    [Fact]
    public async Task The_only_late_result_is_meant_and_the_reason_goes_along()
    {
        var late = Samples.Run(1, RunState.Lost) with { Late = Success };
        var (code, _, board) = await RunAsync([late, Samples.Run(2, RunState.Running)], late.Id, "task", "adopt", "main-1", "--reason", "looked at it");
        await using (board)
        {
            Assert.Equal(0, code);
            Assert.Equal(("POST", $"/runs/{late.Id}/adopt", """{"reason":"looked at it"}"""), board.Requests.Last() is var asked ? (asked.Method, asked.Path, asked.Body) : default);
        }
    }

    [Fact]
    public async Task Where_several_came_late_one_has_to_be_named()
    {
        var (first, second) = (Samples.Run(1, RunState.Lost) with { Late = Success }, Samples.Run(2, RunState.Lost) with { Late = Success });
        var (code, error, unasked) = await RunAsync([first, second], second.Id, "task", "adopt", "main-1");
        await using (unasked)
            Assert.Equal((5, "kanban: 2 runs of main-1 reported late: say which one, --run 1 or 2.\n"), (code, error));

        var (named, _, board) = await RunAsync([first, second], second.Id, "task", "adopt", "main-1", "--run", "2");
        await using (board)
            Assert.Equal((0, $"/runs/{second.Id}/adopt"), (named, board.Requests.Last().Path));
    }

    [Theory]
    [InlineData("", 5, "kanban: No result of main-1 came late: there is nothing to adopt.\n")]
    [InlineData("--run 7", 3, "kanban: main-1 has no run 7; it has 1.\n")]
    public async Task What_is_not_there_is_said(string more, int expected, string sentence)
    {
        var run = Samples.Run();
        var (code, error, board) = await RunAsync([run], run.Id, ["task", "adopt", "main-1", .. more.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        await using (board)
            Assert.Equal((expected, sentence), (code, error));
    }

    private static async Task<(int Code, string Error, FakeBoard Board)> RunAsync(RunView[] runs, Guid adopted, params string[] command)
    {
        var board = await FakeBoard.StartAsync(
            ("GET /tasks/main-1/runs", FakeBoard.Answers(Samples.Page(runs))),
            ($"POST /runs/{adopted}/adopt", FakeBoard.Answers(Samples.Task(status: Status.Done))));
        using var kanban = new CommandLine(board);
        var ended = await kanban.RunAsync(command);
        return (ended.Code, ended.Error, board);
    }
}
