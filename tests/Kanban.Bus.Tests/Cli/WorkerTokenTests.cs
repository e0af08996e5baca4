using Kanban.Bus.Contracts;

namespace Kanban.Bus.Tests.Cli;

public sealed class WorkerTokenTests
{
    [Fact]
    public async Task A_worker_never_registers_with_a_person_s_key_but_with_a_token_made_by_it()
    {
        await using var board = await FakeBoard.StartAsync(
            ("POST /tokens", FakeBoard.Answers(new TokenCreated(Guid.Empty, "worker w1", TokenKind.Worker, "kbw_made"), 201)),
            ("POST /workers", FakeBoard.Refuses(400, "unknown-lane", "No lane 'shell'.")));
        using var worker = new KanbanProcess(
            new Dictionary<string, string> { ["KANBAN_TOKEN"] = "kbk_person" }, "worker", "run", "--id", "w1", "--lane", "shell=1", "--url", board.Url);

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!board.Requests.Any(request => request.Path == "/workers"))
            await Task.Delay(20, patience.Token);

        Assert.Equal("Bearer kbk_person", Assert.Single(board.Requests, request => request.Path == "/tokens").Authorization);
        Assert.All(board.Requests.Where(request => request.Path == "/workers"), request => Assert.Equal("Bearer kbw_made", request.Authorization));
        var kept = Path.Combine(worker.Home, ".local", "state", "kanban", "worker-w1.token");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(kept));
        worker.Signal("TERM");
        Assert.Equal(0, (await worker.EndAsync()).Code);
    }
}
