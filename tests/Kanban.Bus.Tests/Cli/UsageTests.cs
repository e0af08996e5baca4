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

    [Theory]
    [InlineData("taks list", "There is no command 'kanban taks'. Did you mean 'task'?", "kanban")]
    [InlineData("lane make x", "There is no command 'kanban lane make'; there are list, show, add, set, pause, resume, reset-breaker.", "kanban lane")]
    [InlineData("task add hello --lan shell", "'kanban task add' has no option '--lan'. Did you mean '--lane'?", "kanban task add")]
    [InlineData("task list --otput json", "'kanban task list' has no option '--otput'. Did you mean '--output'?", "kanban task list")]
    [InlineData("task show main-1 main-2", "'main-2' is more than 'kanban task show' takes.", "kanban task show")]
    [InlineData("token revoke x", "ID takes an id in full, as the list shows it; not 'x'.", "kanban token revoke")]
    [InlineData("token", "'kanban token' does nothing by itself; it has create, list, revoke.", "kanban token")]
    public async Task A_word_too_many_or_mistyped_is_answered_with_that_word_the_nearest_one_and_nothing_else(string line, string answer, string page)
    {
        using var kanban = new CommandLine();

        var ended = await kanban.RunAsync(line.Split(' '));

        Assert.Equal(2, ended.Code);
        Assert.Equal($"kanban: {answer}\n  '{page} --help' says how it is used.\n", ended.Error);
    }

    [Fact]
    public async Task Whoever_says_create_for_add_or_add_for_create_is_understood()
    {
        using var kanban = new CommandLine();
        foreach (var verb in new[] { "lane create", "board create", "pool add", "schedule add", "token add" })
            Assert.Equal(0, (await kanban.RunAsync([.. verb.Split(' '), "--help"])).Code);
    }

    [Fact]
    public async Task The_help_of_tasks_names_a_status_by_that_word_not_by_all_there_are()
    {
        using var kanban = new CommandLine();

        Assert.Contains("move <KEY> <STATUS>    Put a task", (await kanban.RunAsync("task", "--help")).Out, StringComparison.Ordinal);
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
