using System.Text;
using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;
using Kanban.Bus.Worker.Executors;
using Kanban.Bus.Worker.Executors.Agents;
using Kanban.Bus.Worker.Spool;

namespace Kanban.Bus.Tests.Worker.Agents;

/// <summary>Lines of an agent that are longer than a worker reads at a time: they are passed by and counted, and what follows is read.</summary>
public sealed class LongLineTests : IDisposable
{
    private const int AtATime = 1 << 20;
    private static readonly string[] Lines = File.ReadAllLines(Recorded.PathOf("codex", "tool-use"));

    private readonly string _folder = Directory.CreateTempSubdirectory("kanban-lines-").FullName;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Long_lines_are_counted_and_the_next_line_is_read_also_by_a_worker_that_begins_in_the_middle_of_one(bool restarts)
    {
        var run = new RunDirectory(_folder, Guid.Empty);
        var text = new StringBuilder();
        // Where each is cut, what follows looks like an event.
        foreach (var (length, at) in new[] { (AtATime, 0), (AtATime - 1, 1), (3 * AtATime, 2), (AtATime + 1, 3) })
            text.Append('x', length).Append(Lines[^1]).Append('\n').Append(Lines[at]).Append('\n');
        text.AppendJoin('\n', Lines[4..]).Append('\n').Append('y', 2 * AtATime);
        await File.WriteAllTextAsync(run.LogFile("stdout"), text.ToString());
        await File.WriteAllTextAsync(run.LogFile("events"), "");
        run.WriteAgent(new AgentState { Executor = "codex" });

        var feed = Feed(run);
        for (var offset = -1L; feed.State.Offset != offset;)
        {
            offset = feed.State.Offset;
            feed.ReadOn();
            if (!restarts)
                continue;
            feed.Dispose();
            feed = Feed(run);
        }
        feed.ReadOn(last: true);
        feed.Dispose();

        var state = run.ReadAgent();
        Assert.Equal((5, text.Length), (state.Unreadable, state.Offset));
        var events = (await File.ReadAllLinesAsync(run.LogFile("events"))).Select(l => System.Text.Json.JsonSerializer.Deserialize<AgentEvent>(l, Json.Client)!).ToList();
        Assert.Equal(Recorded.Read("codex", "tool-use", 0).Kinds, events.Select(e => e.Event));
        var written = text.ToString();
        Assert.All(events, e => Assert.StartsWith("{\"type\"", written.AsSpan((int)e.Raw!.Value, 7).ToString(), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    public async Task A_run_with_lines_too_long_to_read_ends_as_its_other_lines_say(int more)
    {
        using var agent = new FakeAgent();
        var lines = new LogLines();
        await using var worker = await WorkerHarness.StartAsync(o => agent.Configure(o, "codex"), loggers: lines);
        var stream = Path.Combine(_folder, "stream");
        var longLine = new string('x', (2 * AtATime) + more);
        // The last one has no line feed.
        await File.WriteAllTextAsync(stream, $"{longLine}\n{string.Join('\n', Lines)}\n{longLine}");

        var finish = await worker.RunAsync(FakeAgent.Grant("play", stream));

        Assert.Equal((Outcome.Succeeded, "The work is done: hello from the mock."), (finish.Outcome, finish.Summary));
        Assert.Contains(lines.All, l => l.Contains($"{finish.RunId} of", StringComparison.Ordinal) && l.Contains("codex wrote 2 lines that are no events", StringComparison.Ordinal));
        Assert.Equal(await File.ReadAllBytesAsync(stream), worker.Board.Log(finish.RunId, "stdout"));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static EventFeed Feed(RunDirectory run) => new(run, ExecutorCatalog.Of("codex").Translator!, run.ReadAgent(), TimeProvider.System);
}
