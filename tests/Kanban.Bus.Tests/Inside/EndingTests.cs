using Kanban.Bus.Contracts;

namespace Kanban.Bus.Tests.Inside;

/// <summary>How a run says its end, by the command.</summary>
public sealed class EndingTests
{
    [Fact]
    public async Task Each_command_says_its_ending_with_all_that_it_was_given()
    {
        await using var runs = await HeldRuns.StartAsync();
        foreach (var (command, expected) in new (string[], Ending)[]
        {
            (["complete", "--summary", "built"], new(EndingAs.Done, "built")),
            (["review", "-s", "built", "--reason", "look at the tests"], new(EndingAs.Review, "built", "look at the tests")),
            (["block", "--reason", "no key"], new(EndingAs.Blocked, Reason: "no key")),
            (["ask", "which branch?"], new(EndingAs.Blocked, Reason: "which branch?", Question: true)),
            (["fail", "--reason", "429", "--class", "provider", "--retry-at", "2030-01-01T00:00Z"],
                new(EndingAs.Failed, Reason: "429", Class: ErrorClass.Provider, RetryAt: new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero))),
        })
        {
            var run = await runs.StartRunAsync();
            var ended = await run.Kanban.RunAsync(command);

            Assert.True(ended.Code == 0, ended.Error);
            Assert.Equal(expected, run.Said! with { At = null });
            Assert.NotNull(run.Said!.At);
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(run.EndingFile));
        }
    }

    [Fact]
    public async Task The_first_ending_stands_and_another_is_refused_politely()
    {
        await using var runs = await HeldRuns.StartAsync();
        var run = await runs.StartRunAsync();
        Assert.Equal(0, (await run.Kanban.RunAsync("complete", "--summary", "built", "--metadata", """{"tests":12}""")).Code);

        var again = await run.Kanban.RunAsync("complete", "--summary", "built", "--metadata", """{"tests":12}""");
        var other = await run.Kanban.RunAsync("fail", "--reason", "no");

        Assert.Equal(0, again.Code);
        Assert.Contains("had said so before", again.Error, StringComparison.Ordinal);
        Assert.Equal(5, other.Code);
        Assert.Contains("has said already that it ends as done (\"built\")", other.Error, StringComparison.Ordinal);
        Assert.Equal((EndingAs.Done, 12), (run.Said!.As, run.Said.Metadata!.Value.GetProperty("tests").GetInt32()));
    }

    [Fact]
    public async Task Of_many_endings_at_the_same_moment_one_is_said()
    {
        await using var runs = await HeldRuns.StartAsync();
        var run = await runs.StartRunAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => run.Kanban.RunAsync("complete", "--summary", $"number {i}")));

        var said = Assert.Single(answers, a => a.Code == 0);
        Assert.All(answers.Where(a => a != said), a => Assert.Equal(5, a.Code));
        Assert.Equal(run.EndingFile, Assert.Single(Directory.GetFiles(Path.GetDirectoryName(run.EndingFile)!, "ending*")));
    }

    [Fact]
    public async Task Claimed_children_are_verified_and_phantoms_are_refused_by_name()
    {
        await using var runs = await HeldRuns.StartAsync();
        var stranger = await runs.StartRunAsync();
        var run = await runs.StartRunAsync();
        var child = (await run.Kanban.RunAsync("create", "a child", "-o", "name")).Out.Trim();

        var claimed = await run.Kanban.RunAsync("complete", "--created", $"{child},main-99", "--created", stranger.Key);

        Assert.Equal(5, claimed.Code);
        Assert.Contains("there is no task 'main-99'", claimed.Error, StringComparison.Ordinal);
        Assert.Contains($"{stranger.Key} was made by key:admin", claimed.Error, StringComparison.Ordinal);
        Assert.DoesNotContain($"{child} was made", claimed.Error, StringComparison.Ordinal);
        Assert.Null(run.Said);
        Assert.Equal(0, (await run.Kanban.RunAsync("complete", "--created", child)).Code);
    }

    [Fact]
    public async Task A_board_that_is_away_keeps_no_run_from_ending_but_can_verify_no_child()
    {
        await using var runs = await HeldRuns.StartAsync();
        var run = await runs.StartRunAsync();
        run.Kanban.With("KANBAN_URL", "http://127.0.0.1:1");

        Assert.Equal(6, (await run.Kanban.RunAsync("complete", "--created", "main-2")).Code);
        Assert.Null(run.Said);
        var ended = await run.Kanban.RunAsync("complete", "--summary", "built");

        Assert.Equal(0, ended.Code);
        Assert.Contains("The board can't be reached now", ended.Error, StringComparison.Ordinal);
        Assert.Equal("built", run.Said!.Summary);
    }

    [Fact]
    public async Task Outside_a_run_the_commands_say_where_they_belong()
    {
        using var kanban = new Cli.CommandLine();

        var ended = await kanban.RunAsync("complete");

        Assert.Equal(2, ended.Code);
        Assert.Contains("works inside a run", ended.Error, StringComparison.Ordinal);
    }
}
