using Kanban.Bus.Contracts;
using Kanban.Bus.Worker.Runs;

namespace Kanban.Bus.Tests.Worker;

/// <summary>What runs tell of their requests to gateways.</summary>
public sealed class MetFileTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();
    private readonly Grant _grant = new(Guid.CreateVersion7(), "main-1", "t", "shell", 1, 7, 30, "kbr_", "shell", "", "", [], new RunLimits(null, null, 5, OnDisconnect.Continue));

    [Fact]
    public void Lines_are_added_up_once_whatever_else_there_is()
    {
        var met = new MetFile(_grant, _path);
        File.WriteAllText(_path, "{\"status\":429}\n{\"status\":503,\"ms\":9}\nnonsense\n[1]\nnull\n{\"ms\":\"x\"}\n{\"ms\":-1}\n{\"status\":200,\"ms\":850}\n{\"timeout\":true,\"more\":1}\n{\"status\":4");

        Assert.Equal(new RunMet(_grant.RunId, 7, 2, 1, 1, 850), met.Take());
        Assert.Null(met.Take());

        File.AppendAllText(_path, "29}\n");
        var late = met.Take();
        Assert.Equal(1, late?.Refused);
        met.PutBack(late!);
        Assert.Equal(late, met.Take());
    }

    [Fact]
    public void An_endless_line_is_passed_by_and_what_another_process_told_is_not_told_again()
    {
        var met = new MetFile(_grant, _path);
        File.WriteAllText(_path, new string('x', 100_000) + "\n{\"status\":429}\n");

        Assert.Null(met.Take());
        Assert.Equal(1, met.Take()?.Refused);
        Assert.Null(new MetFile(_grant, _path).Take());
    }

    [Fact]
    public async Task A_runs_lines_reach_the_board_by_heartbeat_and_finish()
    {
        await using var worker = await WorkerHarness.StartAsync();

        var finish = await worker.RunAsync("echo '{\"status\":429}' >>\"$KANBAN_MET_FILE\"; echo '{\"timeout\":true}' >>\"$KANBAN_MET_FILE\"");

        var told = worker.Board.Heartbeats.SelectMany(b => b.Met ?? []).Append(finish.Met).OfType<RunMet>().ToList();
        Assert.Equal((1, 1), (told.Sum(m => m.Refused), told.Sum(m => m.TimedOut)));
        Assert.All(told, m => Assert.Equal((finish.RunId, finish.FencingToken), (m.RunId, m.FencingToken)));
    }

    public void Dispose() => File.Delete(_path);
}
