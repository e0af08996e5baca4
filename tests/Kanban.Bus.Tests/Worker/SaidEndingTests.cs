using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;
using Kanban.Bus.Worker.Hosting;
using Kanban.Bus.Worker.Runs;
using Kanban.Bus.Worker.Spool;

namespace Kanban.Bus.Tests.Worker;

/// <summary>What a run says of its own end, and what people say to it, through the files between it and its worker.</summary>
public sealed class SaidEndingTests
{
    private static readonly RunLimits ShortGrace = new(null, null, 1, OnDisconnect.Continue);

    [Theory]
    [InlineData("""{"as":"done","summary":"built","metadata":{"tests":12}}""", 7, Outcome.Succeeded, null, null)]
    [InlineData("""{"as":"review","reason":"look"}""", 7, Outcome.Review, "look", null)]
    [InlineData("""{"as":"blocked","reason":"no key"}""", 0, Outcome.Blocked, "no key", null)]
    [InlineData("""{"as":"failed","reason":"broken"}""", 0, Outcome.Failed, "broken", ErrorClass.Task)]
    [InlineData("""{"as":"failed","class":"provider"}""", 127, Outcome.Failed, "the run said so, without a reason", ErrorClass.Provider)]
    [InlineData("""{"as":"nonsense"}""", 0, Outcome.Succeeded, "the ending file can't be read", null)]
    public async Task What_a_run_said_stands_before_its_exit_status(string said, int exit, Outcome outcome, string? reason, ErrorClass? fault)
    {
        await using var worker = await WorkerHarness.StartAsync();

        var finish = await worker.RunAsync($"echo '{said}' >\"$KANBAN_ENDING_FILE\"; exit {exit}");

        Assert.Equal((outcome, fault, exit), (finish.Outcome, finish.Class, finish.ExitCode!.Value));
        Assert.StartsWith(reason ?? "", finish.Reason ?? "", StringComparison.Ordinal);
        if (outcome is Outcome.Succeeded && reason is null)
            Assert.Equal(("built", 12), (finish.Summary, finish.Metadata!.Value.GetProperty("tests").GetInt32()));
    }

    [Fact]
    public async Task A_question_is_told_as_one_and_output_is_no_result_of_it()
    {
        await using var worker = await WorkerHarness.StartAsync();

        var finish = await worker.RunAsync("""echo '{"as":"blocked","reason":"which branch?","question":true}' >"$KANBAN_ENDING_FILE"; echo 'The board asks.'""");

        Assert.Equal((Outcome.Blocked, "which branch?", true, null), (finish.Outcome, finish.Reason, finish.Question, finish.Summary));
    }

    [Fact]
    public async Task A_run_that_said_it_is_done_before_it_was_cancelled_is_done()
    {
        await using var worker = await WorkerHarness.StartAsync();
        var runId = await worker.OfferAsync(WorkerHarness.Grant("""echo '{"as":"done","summary":"built"}' >"$KANBAN_ENDING_FILE"; echo said; sleep 60""", ShortGrace));
        await Eventually.Async(() => worker.Out(runId) == "said\n");

        worker.Board.Stop[runId] = "enough";

        Assert.Equal((Outcome.Succeeded, "built"), ((await worker.FinishAsync(runId)).Outcome, (await worker.FinishAsync(runId)).Summary));
    }

    [Fact]
    public async Task The_ending_of_a_run_is_found_by_the_worker_that_takes_it_up()
    {
        await using var worker = await WorkerHarness.StartAsync();
        var runId = await worker.OfferAsync(WorkerHarness.Grant("""echo up; while [ ! -e "$KANBAN_WORKSPACE/go" ]; do sleep 0.05; done; echo '{"as":"blocked","reason":"no key"}' >"$KANBAN_ENDING_FILE"; exit 3"""));
        await Eventually.Async(() => worker.Out(runId) == "up\n");
        await worker.AbandonWorkerAsync();
        await File.WriteAllTextAsync(Path.Combine(worker.Home, "runs", runId.ToString(), "workspace", "go"), "");
        await Eventually.Async(() => File.Exists(Path.Combine(worker.Home, "runs", runId.ToString(), "exit")));

        await worker.StartWorkerAsync();

        Assert.Equal((Outcome.Blocked, "no key", 3), ((await worker.FinishAsync(runId)).Outcome, (await worker.FinishAsync(runId)).Reason, (await worker.FinishAsync(runId)).ExitCode));
    }

    [Fact]
    public async Task What_people_say_is_in_the_inbox_of_the_run_once_however_often_the_board_tells_it()
    {
        await using var worker = await WorkerHarness.StartAsync();
        var runId = await worker.OfferAsync(WorkerHarness.Grant("""echo up; while [ ! -e "$KANBAN_WORKSPACE/go" ]; do sleep 0.05; done; cat "$KANBAN_INBOX_FILE" """));
        await Eventually.Async(() => worker.Out(runId) == "up\n");
        RunMessage Message(long id, string text) => new(runId, new CommentView(id, "key:ann", DateTimeOffset.UnixEpoch, text, null));

        worker.Board.Messages = [Message(1, "first\nof two lines")];
        await BeatsAsync(worker, 2);
        await worker.AbandonWorkerAsync();
        await worker.StartWorkerAsync();
        worker.Board.Messages = [Message(1, "first\nof two lines"), Message(2, "second"), new RunMessage(Guid.CreateVersion7(), Message(3, "not for this one").Comment)];
        await BeatsAsync(worker, 2);
        await File.WriteAllTextAsync(Path.Combine(worker.Home, "runs", runId.ToString(), "workspace", "go"), "");
        await worker.FinishAsync(runId);

        var lines = worker.Out(runId).Split('\n', StringSplitOptions.RemoveEmptyEntries)[1..];
        Assert.Equal(["first\nof two lines", "second"], lines.Select(l => System.Text.Json.JsonSerializer.Deserialize<CommentView>(l, Json.Client)!.Text));
    }

    [Fact]
    public void A_run_that_goes_on_after_its_ending_is_ended_a_minute_later_and_a_pulse_breaks_its_silence()
    {
        var folder = Directory.CreateTempSubdirectory("kanban-watch-");
        try
        {
            var clock = new FakeClock();
            var run = new LiveRun(WorkerHarness.Grant("", new RunLimits(null, 100, 1, OnDisconnect.Continue)), new RunDirectory(folder.FullName, Guid.Empty), null, 0, 0, clock) { StartedAt = clock.GetTimestamp() };
            var watch = new RunWatch(run, [], long.MaxValue, new ProfileLimits(), clock);
            Assert.Null(watch.Check());

            clock.Advance(TimeSpan.FromSeconds(90));
            File.WriteAllText(run.Directory.PulseFile, "");
            Assert.Null(watch.Check());
            clock.Advance(TimeSpan.FromSeconds(90));
            Assert.Null(watch.Check());
            File.WriteAllText(run.Directory.EndingFile, """{"as":"done"}""");
            Assert.Null(watch.Check());
            clock.Advance(RunWatch.AfterEnding - TimeSpan.FromSeconds(55));
            Assert.Null(watch.Check());
            File.SetLastWriteTimeUtc(run.Directory.PulseFile, DateTime.UnixEpoch);
            clock.Advance(TimeSpan.FromSeconds(56));
            Assert.Contains("after it had said that it ends", watch.Check()!.Reason, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static Task BeatsAsync(WorkerHarness worker, int more)
    {
        var before = worker.Board.Heartbeats.Count;
        return Eventually.Async(() => worker.Board.Heartbeats.Count >= before + more + 1);
    }
}
