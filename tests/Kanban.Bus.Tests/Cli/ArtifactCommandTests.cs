using System.Security.Cryptography;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Tests.Cli;

public sealed class ArtifactCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kanban-cli-files-").FullName;

    [Fact]
    public async Task A_tasks_files_are_listed_and_one_is_fetched_whole()
    {
        var bytes = RandomNumberGenerator.GetBytes(5000);
        var file = Sample("out/report.bin", bytes, run: 2);
        await using var board = await FakeBoard.StartAsync(
            ("GET /tasks/main-1/artifacts", FakeBoard.Answers(Samples.Page(file, Sample("out/report.bin", [1], run: 1)))),
            ($"GET /tasks/main-1/artifacts/{file.Id}", context => context.Response.Body.WriteAsync(bytes).AsTask()));
        using var kanban = new CommandLine(board);
        var to = Path.Combine(_folder, "here.bin");

        Assert.Contains("out/report.bin\tartifact\t2\tsucceeded\t5000", (await kanban.RunAsync("task", "artifacts", "main-1")).Out, StringComparison.Ordinal);
        Assert.Equal(bytes, (await kanban.RunAsync("task", "download", "main-1", "out/report.bin", "--to", "-")).OutBytes);
        Assert.Equal(0, (await kanban.RunAsync("task", "download", "main-1", "out/report.bin", "--to", to)).Code);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(to));
        Assert.Equal(2, (await kanban.RunAsync("task", "download", "main-1", "out/report.bin", "--to", to)).Code);
        Assert.Equal(0, (await kanban.RunAsync("task", "download", "main-1", "out/report.bin", "--to", to, "--force")).Code);
        Assert.Equal(3, (await kanban.RunAsync("task", "download", "main-1", "out/report.bin", "--run", "7")).Code);
    }

    [Fact]
    public async Task What_arrives_otherwise_than_it_was_stored_is_said()
    {
        var file = Sample("a", [1, 2, 3], run: 1);
        await using var board = await FakeBoard.StartAsync(
            ("GET /tasks/main-1/artifacts", FakeBoard.Answers(Samples.Page(file))),
            ($"GET /tasks/main-1/artifacts/{file.Id}", context => context.Response.Body.WriteAsync(new byte[] { 1, 2, 4 }).AsTask()));
        using var kanban = new CommandLine(board);

        var ended = await kanban.RunAsync("task", "download", "main-1", "a", "--to", "-");

        Assert.NotEqual(0, ended.Code);
        Assert.Contains("did not arrive as it was stored", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_is_attached_in_pieces_from_where_the_board_stands()
    {
        var path = Path.Combine(_folder, "spec.md");
        await File.WriteAllBytesAsync(path, new byte[Limits.ArtifactPieceBytes + 10]);
        var id = Guid.CreateVersion7();
        await using var board = await FakeBoard.StartAsync(
            ("POST /tasks/main-1/attachments", FakeBoard.Answers(new ArtifactUpload(id, "spec.md", 5, false))),
            ($"PUT /tasks/main-1/attachments/{id}", FakeBoard.Turns(
                FakeBoard.Refuses(503, "database-away", "The database is away."),
                FakeBoard.Answers(new ArtifactUpload(id, "spec.md", Limits.ArtifactPieceBytes + 5, false)),
                FakeBoard.Answers(new ArtifactUpload(id, "spec.md", Limits.ArtifactPieceBytes + 10, false)))),
            ($"POST /tasks/main-1/attachments/{id}/commit", FakeBoard.Answers(new ArtifactUpload(id, "spec.md", Limits.ArtifactPieceBytes + 10, true))));
        using var kanban = new CommandLine(board);

        var ended = await kanban.RunAsync("task", "attach", "main-1", path);

        Assert.Equal(0, ended.Code);
        Assert.Equal([5, 5, Limits.ArtifactPieceBytes + 5], board.Requests.Where(r => r.Method == "PUT").Select(r => int.Parse(r.Path.Split('=')[1], System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Equal(2, (await kanban.RunAsync("task", "attach", "main-1", "/no/such/file")).Code);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static ArtifactView Sample(string name, byte[] bytes, int run) => new(
        Guid.CreateVersion7(), ArtifactKind.Artifact, name, bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes)), "application/octet-stream",
        DateTimeOffset.UnixEpoch, $"run:main-1/{run}", run, Guid.CreateVersion7(), RunState.Succeeded);
}
