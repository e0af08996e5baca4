using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;

namespace Kanban.Bus.Tests.Worker.Artifacts;

/// <summary>Files that go with a run: what it finds in its workspace, and what the board has when its workspace is gone.</summary>
public sealed class ArtifactRunTests
{
    [Fact]
    public async Task What_a_run_was_to_leave_is_on_the_board_before_its_workspace_goes()
    {
        await using var worker = await WorkerHarness.StartAsync();
        var calls = 0;
        // Every third call is lost on its way.
        worker.Board.Intercept = context => Task.FromResult(
            context.Request.Path.Value!.Contains("/artifacts", StringComparison.Ordinal) && Interlocked.Increment(ref calls) % 3 == 1 ? Results.StatusCode(503) : null);

        var finish = await worker.RunAsync(WorkerHarness.Grant(
            "mkdir out; head -c 2500000 /dev/zero | tr '\\0' z >out/big; echo hi >report.md; : >out/empty; ln -s /etc/passwd out/passwd; ln -s / out/root; exit 3") with
        {
            Artifacts = ["out/**", "report.md"],
        });

        Assert.Equal((Outcome.Failed, "exit 3"), (finish.Outcome, finish.Reason));
        var files = worker.Board.Artifacts(finish.RunId);
        Assert.Equal(["out/big", "out/empty", "report.md"], files.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(2_500_000, files["out/big"].Count(b => b == 'z'));
        Assert.Equal("hi\n"u8.ToArray(), files["report.md"]);
        await Eventually.Async(() => Directory.GetDirectories(Path.Combine(worker.Home, "runs")).Length == 0);
    }

    [Fact]
    public async Task A_worker_that_is_killed_in_the_middle_of_a_file_goes_on_where_the_board_stands()
    {
        await using var worker = await WorkerHarness.StartAsync();
        var offsets = new ConcurrentQueue<string>();
        var cut = new TaskCompletionSource<IResult?>();
        worker.Board.Intercept = context =>
        {
            if (context.Request.Method != "PUT" || !context.Request.Path.Value!.Contains("/artifacts/", StringComparison.Ordinal))
                return Task.FromResult<IResult?>(null);
            offsets.Enqueue(context.Request.Query["offset"]!);
            return offsets.Count == 3 ? cut.Task : Task.FromResult<IResult?>(null);
        };
        var runId = await worker.OfferAsync(WorkerHarness.Grant("head -c 3500000 /dev/urandom >big; sha256sum <big") with { Artifacts = ["big"] });
        await Eventually.Async(() => offsets.Count == 3);
        Assert.Null(worker.Board.FinishOf(runId));

        await worker.AbandonWorkerAsync();
        await worker.StartWorkerAsync();
        var finish = await worker.FinishAsync(runId);
        cut.SetResult(Results.StatusCode(503));

        Assert.Equal((Outcome.Succeeded, null), (finish.Outcome, finish.Reason));
        Assert.Equal(["0", "1048576", "2097152", "2097152", "3145728"], offsets);
        Assert.Equal($"{Convert.ToHexStringLower(SHA256.HashData(worker.Board.Artifacts(runId)["big"]))}  -\n", worker.Out(runId));
        Assert.Single(worker.Board.Finishes);
    }

    [Fact]
    public async Task What_the_board_refuses_is_named_in_the_runs_reason_and_harms_neither_run_nor_other_files()
    {
        await using var worker = await WorkerHarness.StartAsync();
        worker.Board.LargestArtifact = 10;

        var finish = await worker.RunAsync(WorkerHarness.Grant("echo much more than ten bytes >a; echo b >b") with { Artifacts = ["*"] });

        Assert.Equal(Outcome.Succeeded, finish.Outcome);
        Assert.StartsWith("artifacts: 1 of 2 kept; a: 413", finish.Reason, StringComparison.Ordinal);
        Assert.Equal(["b"], worker.Board.Artifacts(finish.RunId).Keys);
    }

    [Fact]
    public async Task What_people_attached_is_in_the_workspace_when_the_run_starts()
    {
        await using var worker = await WorkerHarness.StartAsync();
        var spec = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("line of a specification\n", 60_000)));
        var file = worker.Board.Attach("spec.md", spec);

        var finish = await worker.RunAsync(WorkerHarness.Grant("sha256sum <attachments/spec.md; ls attachments") with { Attachments = [file, worker.Board.Attach("empty", [])] });

        Assert.Equal(Outcome.Succeeded, finish.Outcome);
        Assert.Equal($"{Convert.ToHexStringLower(SHA256.HashData(spec))}  -\nempty\nspec.md\n", worker.Out(finish.RunId));
    }

    [Fact]
    public async Task A_run_whose_attachment_is_another_than_was_attached_is_not_started()
    {
        await using var worker = await WorkerHarness.StartAsync();
        var file = worker.Board.Attach("spec.md", "some words"u8.ToArray()) with { Sha256 = new string('0', 64) };

        var finish = await worker.RunAsync(WorkerHarness.Grant("echo started") with { Attachments = [file] });

        Assert.Equal((Outcome.Failed, ErrorClass.Host), (finish.Outcome, finish.Class));
        Assert.Contains("'spec.md' did not arrive", finish.Reason, StringComparison.Ordinal);
        Assert.Equal("", worker.Out(finish.RunId));
    }

    [Fact]
    public async Task A_run_that_is_cancelled_while_its_files_come_is_never_started()
    {
        await using var worker = await WorkerHarness.StartAsync();
        worker.Board.Intercept = context => Task.FromResult(context.Request.Path.Value!.Contains("/attachments/", StringComparison.Ordinal) ? Results.StatusCode(503) : null);
        var grant = WorkerHarness.Grant("echo started") with { Attachments = [worker.Board.Attach("spec.md", "words"u8.ToArray())] };

        var runId = await worker.OfferAsync(grant);
        await Eventually.Async(() => worker.Board.Heartbeats.Any(b => b.Runs.Any(r => r.RunId == runId)));
        worker.Board.Stop[runId] = "cancelled by a test";

        Assert.Equal((Outcome.Stopped, "cancelled by a test"), ((await worker.FinishAsync(runId)).Outcome, worker.Board.FinishOf(runId)!.Reason));
    }
}
