namespace Kanban.Bus.Tests.Cli;

public sealed class UsageTests
{
    [Theory]
    [InlineData("task")]
    [InlineData("task", "add", "hello")]
    [InlineData("task", "add", "--lane", "shell")]
    [InlineData("task", "add", "hello", "--lane", "shell", "--priority", "high")]
    [InlineData("task", "add", "hello", "--lane", "shell", "--timeout", "5s")]
    [InlineData("task", "add", "hello", "--lane", "shell", "--not-before", "soon")]
    [InlineData("task", "move", "main-1", "finished")]
    [InlineData("task", "list", "--status", "finished")]
    [InlineData("task", "list", "--limit", "0")]
    [InlineData("task", "wait", "main-1", "--timeout", "5 parsecs")]
    [InlineData("task", "edit", "main-1")]
    [InlineData("task", "block", "main-1")]
    [InlineData("task", "logs", "main-1", "--run", "1", "--all")]
    [InlineData("lane", "add", "shell", "--retry", "sometimes")]
    [InlineData("token", "create", "ci", "--kind", "god")]
    [InlineData("task", "list", "-o", "xml")]
    [InlineData("task", "list", "--url", "ftp://board")]
    [InlineData("task", "list", "--context", "nowhere")]
    [InlineData("worker", "run", "--lane", "shell")]
    [InlineData("worker", "run", "--lane", "Shell=2")]
    [InlineData("worker", "run", "--lane", "shell=0")]
    [InlineData("worker", "run", "--lane", "shell=1", "--config", "/nowhere.json")]
    [InlineData("board", "serve", "--settings", "/nowhere.json")]
    [InlineData("board", "serve", "nonsense")]
    [InlineData("board", "serve", "--Listen")]
    [InlineData("nonsense")]
    public async Task A_command_line_that_cant_be_understood_is_2_and_says_why_on_standard_error(params string[] args)
    {
        using var kanban = new CommandLine();

        var ended = await kanban.RunAsync(args);

        Assert.Equal(2, ended.Code);
        Assert.Empty(ended.Out);
        Assert.NotEmpty(ended.Error);
        Assert.DoesNotContain("   at ", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_value_out_of_range_is_answered_with_what_is_allowed()
    {
        using var kanban = new CommandLine();

        var ended = await kanban.RunAsync("task", "move", "main-1", "finished");

        Assert.Contains("STATUS takes one of triage, todo,", ended.Error, StringComparison.Ordinal);
        Assert.Contains("not 'finished'", ended.Error, StringComparison.Ordinal);
        Assert.Contains("'kanban task move --help'", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mistyped_command_is_answered_with_the_nearest_one()
    {
        using var kanban = new CommandLine();

        var ended = await kanban.RunAsync("taks");

        Assert.Equal(2, ended.Code);
        Assert.Contains("task", ended.Error + ended.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData]
    [InlineData("--help")]
    [InlineData("task", "add", "--help")]
    public async Task Help_is_0_and_on_standard_output(params string[] args)
    {
        using var kanban = new CommandLine();

        var ended = await kanban.RunAsync(args);

        Assert.Equal(0, ended.Code);
        Assert.Contains("Usage:", ended.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_command_has_a_help_that_says_what_it_does()
    {
        using var kanban = new CommandLine();
        foreach (var verb in new[]
        {
            "up", "task add", "task list", "task show", "task why", "task logs", "task wait", "task events", "task edit", "task move", "task comment",
            "task block", "task unblock", "task cancel", "task retry", "task link", "task unlink", "task archive", "task restore",
            "lane list", "lane show", "lane add", "lane set", "lane pause", "lane resume", "schedule list", "schedule show", "schedule create", "schedule set", "schedule pause", "schedule resume", "schedule run-now", "schedule delete",
            "worker run", "worker list", "worker drain",
            "board serve", "board list", "board add", "board set", "token create", "token list", "token revoke",
            "login", "logout", "whoami", "dashboard", "completion", "version",
        })
        {
            var ended = await kanban.RunAsync([.. verb.Split(' '), "--help"]);

            Assert.True(ended.Code == 0 && ended.Out.Contains($" {verb} ", StringComparison.Ordinal), $"{verb}: {ended.Code} {ended.Error}");
        }
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    public async Task Completion_asks_this_program_for_the_words(string shell)
    {
        using var kanban = new CommandLine();

        var script = await kanban.RunAsync("completion", shell);
        var words = await kanban.RunAsync("[suggest:12]", "kanban task ");

        Assert.Contains("[suggest:", script.Out, StringComparison.Ordinal);
        Assert.Contains("wait\n", words.Out, StringComparison.Ordinal);
    }
}
