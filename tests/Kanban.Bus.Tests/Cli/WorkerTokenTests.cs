using Kanban.Bus.Contracts;

namespace Kanban.Bus.Tests.Cli;

public sealed class WorkerTokenTests
{
    [Theory]
    [InlineData("kbk_person")]
    [InlineData("a-key-that-the-board-s-settings-name")]
    public async Task A_worker_never_registers_with_a_person_s_key_but_with_a_token_made_by_it(string key)
    {
        await using var board = await FakeBoard.StartAsync(
            ("GET /whoami", FakeBoard.Answers(new WhoAmI("admin", "key:person", "0.1.0"))),
            ("POST /tokens", FakeBoard.Answers(new TokenCreated(Guid.Empty, "worker w1", TokenKind.Worker, "kbw_made"), 201)),
            ("POST /workers", FakeBoard.Refuses(400, "unknown-lane", "No lane 'shell'.")));
        using var worker = new KanbanProcess(
            new Dictionary<string, string> { ["KANBAN_TOKEN"] = key }, "worker", "run", "--id", "w1", "--lane", "shell=1", "--url", board.Url);

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!board.Requests.Any(request => request.Path == "/workers"))
            await Task.Delay(20, patience.Token);

        var made = Assert.Single(board.Requests, request => request.Path == "/tokens");
        Assert.Equal("Bearer " + key, made.Authorization);
        Assert.Contains("\"worker-w1\"", made.Body, StringComparison.Ordinal);
        Assert.All(board.Requests.Where(request => request.Path == "/workers"), request => Assert.Equal("Bearer kbw_made", request.Authorization));
        var kept = Path.Combine(worker.Home, ".local", "state", "kanban", "worker-w1.token");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(kept));
        worker.Signal("TERM");
        Assert.Equal(0, (await worker.EndAsync()).Code);
    }

    [Theory]
    [InlineData("w1", "worker-w1")]
    [InlineData("GPU box.local", "worker-gpu-box-local")]
    [InlineData("a-host-with-a-name-of-forty-characters-xx", "worker-a-host-with-a-name-of-forty-chara")]
    public void The_token_of_a_worker_has_a_name_that_every_board_takes(string worker, string name)
    {
        Assert.Equal(name, Kanban.Bus.Cli.Workers.WorkerToken.TokenName(worker));
        Assert.Matches(Limits.Name, name);
    }
}
