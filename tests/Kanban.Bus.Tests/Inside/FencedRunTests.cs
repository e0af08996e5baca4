using Kanban.Bus.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Tests.Inside;

/// <summary>What a run may do with its token, and that a stale one changes nothing (P2).</summary>
public sealed class FencedRunTests
{
    [Fact]
    public async Task A_run_that_lost_its_lease_is_refused_with_409_and_nothing_is_made()
    {
        await using var runs = await HeldRuns.StartAsync();
        var stale = await runs.StartRunAsync();
        var child = (await stale.Kanban.RunAsync("create", "before", "-o", "name")).Out.Trim();
        await runs.FinishAsync(stale, Outcome.Lost);
        var newer = await runs.StartRunAsync(stale.Key);
        var (tasks, events) = await runs.Board.UseAsync(async db => (await db.Tasks.CountAsync(), await db.Events.CountAsync()));

        foreach (var command in new string[][]
        {
            ["create", "after"], ["comment", "hello"], ["heartbeat", "--note", "at work"], ["heartbeat"], ["inbox"], ["guard"], ["link", child, "--parent", stale.Key],
        })
        {
            var answer = await stale.Kanban.RunAsync(command);
            Assert.True(answer.Code == 5, $"{command[0]}: {answer.Code} {answer.Out}{answer.Error}");
            Assert.Contains("no longer holds its task's lease", answer.Error, StringComparison.Ordinal);
        }

        Assert.Equal((tasks, events), await runs.Board.UseAsync(async db => (await db.Tasks.CountAsync(), await db.Events.CountAsync())));
        Assert.Equal(0, (await newer.Kanban.RunAsync("guard")).Code);
        // It may still say how it ends: its worker reports that, and the board keeps it as late.
        var ended = await stale.Kanban.RunAsync("complete", "--summary", "late");
        Assert.Equal(0, ended.Code);
        Assert.Contains("late result", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_child_is_made_by_its_run_and_starts_once_the_task_is_done()
    {
        await using var runs = await HeldRuns.StartAsync();
        var run = await runs.StartRunAsync(new CreateTask("parent", "shell", Priority: 3));

        var first = (await run.Kanban.RunAsync("create", "first", "--body", "echo 1", "--priority", "3", "-o", "name")).Out.Trim();
        var second = (await run.Kanban.RunAsync("create", "second", "--parent", first, "--idempotency-key", "k", "-o", "name")).Out.Trim();

        Assert.Equal(second, (await run.Kanban.RunAsync("create", "second", "--parent", first, "--idempotency-key", "k", "-o", "name")).Out.Trim());
        var made = await runs.TaskAsync(second);
        Assert.Equal(($"run:{run.Key}/1", Status.Todo, "shell"), (made.Task.CreatedBy, made.Task.Status, made.Task.Lane));
        Assert.Equal([run.Key, first], made.Parents.Select(p => p.Key).Order(StringComparer.Ordinal));
        await runs.FinishAsync(run, Outcome.Succeeded);
        Assert.Equal((Status.Ready, Status.Todo), ((await runs.TaskAsync(first)).Task.Status, (await runs.TaskAsync(second)).Task.Status));
    }

    [Fact]
    public async Task A_lane_names_the_lanes_in_which_its_runs_may_make_children()
    {
        await using var runs = await HeldRuns.StartAsync();
        foreach (var lane in new[] { "codex", "deploy" })
            (await runs.People.PostAsJsonAsync("/api/v1/lanes", new CreateLane(lane), Json.Client)).EnsureSuccessStatusCode();
        var run = await runs.StartRunAsync();
        var early = (await run.Kanban.RunAsync("create", "early", "--lane", "deploy", "--idempotency-key", "k", "-o", "name")).Out.Trim();
        using var edit = JsonContent.Create(new { childLanes = new[] { "codex" } });
        (await runs.People.PatchAsync("/api/v1/lanes/shell", edit)).EnsureSuccessStatusCode();

        Assert.Equal("codex", (await runs.TaskAsync((await run.Kanban.RunAsync("create", "allowed", "--lane", "codex", "-o", "name")).Out.Trim())).Task.Lane);
        Assert.Null((await runs.TaskAsync((await run.Kanban.RunAsync("create", "for a person to place", "--status", "triage", "-o", "name")).Out.Trim())).Task.Lane);
        foreach (var given in new[] { "deploy", "shell" })
        {
            var refused = await run.Kanban.RunAsync([.. given == "shell" ? new[] { "create", "own lane" } : ["create", "another", "--lane", given]]);
            Assert.NotEqual(0, refused.Code);
            Assert.Contains($"'lane' of a child of a run in lane shell is one of codex; given was '{given}'.", refused.Error, StringComparison.Ordinal);
        }
        Assert.Equal(early, (await run.Kanban.RunAsync("create", "early", "--lane", "deploy", "--idempotency-key", "k", "-o", "name")).Out.Trim());
        Assert.Equal(4, await runs.Board.UseAsync(db => db.Tasks.CountAsync()));
    }

    [Fact]
    public async Task A_run_reaches_its_task_and_its_children_and_nothing_else()
    {
        await using var runs = await HeldRuns.StartAsync();
        var other = await runs.StartRunAsync();
        var run = await runs.StartRunAsync();
        var child = (await run.Kanban.RunAsync("create", "child", "-o", "name")).Out.Trim();
        var sibling = (await run.Kanban.RunAsync("create", "sibling", "-o", "name")).Out.Trim();

        Assert.Equal(0, (await run.Kanban.RunAsync("comment", "a word", "--task", child)).Code);
        Assert.Equal(0, (await run.Kanban.RunAsync("link", sibling, "--parent", child)).Code);
        Assert.Contains("a word", (await run.Kanban.RunAsync("show", child)).Out, StringComparison.Ordinal);
        foreach (var command in new string[][]
        {
            ["show", other.Key], ["comment", "hello", "--task", other.Key], ["create", "x", "--parent", other.Key], ["link", child, "--parent", other.Key], ["link", other.Key, "--parent", child],
        })
            Assert.Equal(3, (await run.Kanban.RunAsync(command)).Code);
        Assert.Equal(1, (await run.Kanban.RunAsync("create", "x", "--priority", "1")).Code);
        // With its token it makes no call that is for people, on its own task either.
        run.Kanban.With("KANBAN_TOKEN", run.Grant.RunToken);
        Assert.Equal(4, (await run.Kanban.RunAsync("task", "show", run.Key)).Code);
    }

    [Fact]
    public async Task Children_are_bounded_in_number_and_in_generations()
    {
        await using var runs = await HeldRuns.StartAsync(("Runs:MaxChildren", "2"), ("Runs:MaxGenerations", "2"));
        var run = await runs.StartRunAsync();
        var child = (await run.Kanban.RunAsync("create", "1", "--idempotency-key", "one", "-o", "name")).Out.Trim();
        Assert.Equal(0, (await run.Kanban.RunAsync("create", "2")).Code);
        var third = await run.Kanban.RunAsync("create", "3");
        Assert.Equal(5, third.Code);
        Assert.Contains("Runs:MaxChildren", third.Error, StringComparison.Ordinal);
        Assert.Equal(child, (await run.Kanban.RunAsync("create", "1", "--idempotency-key", "one", "-o", "name")).Out.Trim());

        await runs.FinishAsync(run, Outcome.Succeeded);
        var second = await runs.StartRunAsync(child);
        var grandchild = (await second.Kanban.RunAsync("create", "grandchild", "-o", "name")).Out.Trim();
        await runs.FinishAsync(second, Outcome.Succeeded);
        var tooDeep = await (await runs.StartRunAsync(grandchild)).Kanban.RunAsync("create", "too deep");
        Assert.Equal(5, tooDeep.Code);
        Assert.Contains("Runs:MaxGenerations", tooDeep.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_guard_lets_a_command_run_only_while_the_lease_is_live_and_the_token_the_latest()
    {
        await using var runs = await HeldRuns.StartAsync();
        var run = await runs.StartRunAsync();
        var proof = run.PulseFile + ".touched";

        Assert.Equal(7, (await run.Kanban.RunAsync("guard", "--", "/bin/sh", "-c", "echo once >>\"$0\"; exit 7", proof)).Code);
        Assert.Equal(127, (await run.Kanban.RunAsync("guard", "--", "/no/such/program")).Code);
        run.Kanban.With("KANBAN_FENCING_TOKEN", "99");
        Assert.Equal(5, (await run.Kanban.RunAsync("guard", "--", "/bin/sh", "-c", "echo twice >>\"$0\"", proof)).Code);
        run.Kanban.With("KANBAN_FENCING_TOKEN", "1");
        (await runs.People.PostAsync($"/api/v1/tasks/{run.Key}/cancel", null)).EnsureSuccessStatusCode();
        var stopping = await run.Kanban.RunAsync("guard", "--", "/bin/sh", "-c", "echo stopping >>\"$0\"", proof);
        Assert.Equal(5, stopping.Code);
        Assert.Contains("was asked to stop", stopping.Error, StringComparison.Ordinal);
        run.Kanban.With("KANBAN_URL", "http://127.0.0.1:1");
        Assert.Equal(6, (await run.Kanban.RunAsync("guard", "--", "/bin/sh", "-c", "echo away >>\"$0\"", proof)).Code);

        Assert.Equal("once\n", await File.ReadAllTextAsync(proof));
    }

    [Fact]
    public async Task A_lease_past_its_deadline_lets_nobody_act_though_nobody_has_swept_it()
    {
        await using var runs = await HeldRuns.StartAsync();
        var run = await runs.StartRunAsync();
        await runs.Board.UseAsync(async db => await db.Leases.ExecuteUpdateAsync(set => set.SetProperty(l => l.ExpiresAt, l => l.RenewedAt)));

        Assert.Equal(5, (await run.Kanban.RunAsync("guard")).Code);
    }

    [Fact]
    public async Task A_run_attaches_files_of_its_workspace_and_no_others_wherever_links_lead()
    {
        await using var runs = await HeldRuns.StartAsync();
        var run = await runs.StartRunAsync();
        var workspace = run.Environment["KANBAN_WORKSPACE"];
        var (report, secret) = (Path.Combine(workspace, "report.md"), run.PulseFile + ".secret");
        await File.WriteAllTextAsync(report, "all is well\n");
        await File.WriteAllTextAsync(secret, "the worker's own\n");
        File.CreateSymbolicLink(Path.Combine(workspace, "link"), secret);
        Directory.CreateSymbolicLink(Path.Combine(workspace, "folder"), Path.GetDirectoryName(secret)!);

        var kept = await run.Kanban.RunAsync("attach", report, "--name", "out/report.md");
        Assert.True(kept.Code == 0, kept.Error);
        foreach (var path in new[] { secret, Path.Combine(workspace, "link"), Path.Combine(workspace, "folder", Path.GetFileName(secret)), Path.Combine(workspace, "..", Path.GetFileName(secret)) })
        {
            var refused = await run.Kanban.RunAsync("attach", path);
            Assert.Equal(2, refused.Code);
            Assert.Contains("is not in the run's workspace", refused.Error, StringComparison.Ordinal);
        }

        var artifact = Assert.Single(await runs.Board.UseAsync(db => db.Artifacts.ToListAsync()));
        Assert.Equal(("out/report.md", run.Grant.RunId), (artifact.Name, artifact.RunId));
    }

    [Fact]
    public async Task A_heartbeat_touches_the_pulse_and_its_note_is_in_the_history()
    {
        await using var runs = await HeldRuns.StartAsync();
        var run = await runs.StartRunAsync();

        Assert.Equal(0, (await run.Kanban.RunAsync("heartbeat", "--note", "at step 3")).Code);

        Assert.True(File.Exists(run.PulseFile));
        var noted = await runs.Board.UseAsync(db => db.Events.SingleAsync(e => e.Type == EventTypes.RunNoted));
        Assert.Equal(($"run:{run.Key}/1", """{"note":"at step 3"}""", run.Grant.RunId), (noted.Actor, noted.Data, noted.RunId));
    }
}
