using Kanban.Bus.Contracts;

namespace Kanban.Bus.Tests.Cli;

public sealed class ContextTests
{
    private static readonly (string, Func<Microsoft.AspNetCore.Http.HttpContext, Task>) WhoAmI =
        ("GET /whoami", FakeBoard.Answers(new WhoAmI("admin", "ann", "0.1.0")));

    [Fact]
    public async Task Login_tries_the_key_and_keeps_it_for_its_owner_s_eyes_alone()
    {
        await using var board = await FakeBoard.StartAsync(WhoAmI);
        using var kanban = new CommandLine { Input = "kbk_from_stdin\n" };

        var ended = await kanban.RunAsync("login", "--url", board.Url, "--token", "-", "--name", "box");
        var next = await kanban.RunAsync("whoami", "-o", "tsv");

        Assert.True(ended.Code == 0, ended.Error);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(kanban.ContextFile));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(kanban.ContextFile)!));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(kanban.ContextFile)!));
        Assert.Contains($"server\t{board.Url} (from context box)\n", next.Out, StringComparison.Ordinal);
        Assert.All(board.Requests, request => Assert.Equal("Bearer kbk_from_stdin", request.Authorization));
    }

    [Fact]
    public async Task A_key_that_the_board_refuses_is_not_kept()
    {
        await using var board = await FakeBoard.StartAsync(("GET /whoami", FakeBoard.Refuses(401, "unauthenticated", "The token is unknown.")));
        using var kanban = new CommandLine();

        var ended = await kanban.RunAsync("login", "--url", board.Url, "--token", "kbk_wrong");

        Assert.Equal(4, ended.Code);
        Assert.False(File.Exists(kanban.ContextFile));
    }

    [Fact]
    public async Task A_second_login_leaves_the_first_context_and_logout_forgets_one()
    {
        await using var board = await FakeBoard.StartAsync(WhoAmI);
        using var kanban = new CommandLine();
        await kanban.RunAsync("login", "--url", board.Url, "--token", "kbk_a", "--name", "a");
        await kanban.RunAsync("login", "--url", board.Url, "--token", "kbk_b", "--name", "b");

        await kanban.RunAsync("whoami", "--context", "a");
        Assert.Equal("Bearer kbk_a", board.Requests.Last().Authorization);
        await kanban.RunAsync("logout");

        Assert.DoesNotContain("kbk_b", await File.ReadAllTextAsync(kanban.ContextFile), StringComparison.Ordinal);
        Assert.Contains("kbk_a", await File.ReadAllTextAsync(kanban.ContextFile), StringComparison.Ordinal);
        Assert.Equal(2, (await kanban.RunAsync("whoami", "--context", "b")).Code);
    }

    [Fact]
    public async Task A_flag_goes_before_the_environment_and_that_before_the_context()
    {
        await using var flag = await FakeBoard.StartAsync(WhoAmI);
        await using var environment = await FakeBoard.StartAsync(WhoAmI);
        await using var context = await FakeBoard.StartAsync(WhoAmI);
        using var kanban = new CommandLine();
        await kanban.RunAsync("login", "--url", context.Url, "--token", "kbk_context");
        context.Requests.Clear();

        await kanban.RunAsync("whoami");
        Assert.Equal("Bearer kbk_context", Assert.Single(context.Requests).Authorization);

        kanban.With("KANBAN_URL", environment.Url).With("KANBAN_TOKEN", "kbk_environment");
        await kanban.RunAsync("whoami");
        Assert.Equal("Bearer kbk_environment", Assert.Single(environment.Requests).Authorization);

        await kanban.RunAsync("whoami", "--url", flag.Url, "--token", "kbk_flag");
        Assert.Equal("Bearer kbk_flag", Assert.Single(flag.Requests).Authorization);
    }

    [Fact]
    public async Task A_key_does_not_travel_to_a_board_that_it_was_not_made_for()
    {
        await using var mine = await FakeBoard.StartAsync(WhoAmI);
        await using var other = await FakeBoard.StartAsync(WhoAmI);
        using var kanban = new CommandLine();
        await kanban.RunAsync("login", "--url", mine.Url, "--token", "kbk_mine");

        await kanban.RunAsync("whoami", "--url", other.Url);
        await kanban.RunAsync("whoami", "--url", mine.Url + "/");

        Assert.Null(Assert.Single(other.Requests).Authorization);
        Assert.Equal("Bearer kbk_mine", mine.Requests.Last().Authorization);
    }

    [Fact]
    public async Task A_context_may_name_a_file_that_holds_the_key_and_XDG_CONFIG_HOME_moves_it_all()
    {
        await using var board = await FakeBoard.StartAsync(WhoAmI);
        using var kanban = new CommandLine();
        kanban.With("XDG_CONFIG_HOME", Path.Combine(kanban.Home, "elsewhere"));
        var key = Path.Combine(kanban.Home, "admin.key");
        await File.WriteAllTextAsync(key, "kbk_file\n");
        Directory.CreateDirectory(Path.GetDirectoryName(kanban.ContextFile)!);
        await File.WriteAllTextAsync(kanban.ContextFile, $"current-context: x\ncontexts:\n- {{name: x, server: '{board.Url}', token-file: {key}}}\n");

        Assert.Equal(0, (await kanban.RunAsync("whoami")).Code);
        Assert.Equal("Bearer kbk_file", Assert.Single(board.Requests).Authorization);

        File.Delete(key);
        var without = await kanban.RunAsync("whoami");
        Assert.Equal(2, without.Code);
        Assert.Contains("The token of context x can't be read", without.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("contexts: [")]
    [InlineData("contexts:\n- server: http://x\n")]
    [InlineData("- just\n- a list\n")]
    public async Task A_broken_context_file_is_named(string content)
    {
        using var kanban = new CommandLine();
        Directory.CreateDirectory(Path.GetDirectoryName(kanban.ContextFile)!);
        await File.WriteAllTextAsync(kanban.ContextFile, content);

        var ended = await kanban.RunAsync("task", "list");

        Assert.Equal(2, ended.Code);
        Assert.Contains(kanban.ContextFile, ended.Error, StringComparison.Ordinal);
    }
}
