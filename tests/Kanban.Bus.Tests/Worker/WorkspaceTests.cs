using System.Diagnostics;
using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;
using Kanban.Bus.Worker.Hosting;

namespace Kanban.Bus.Tests.Worker;

/// <summary>Where runs work: what a profile allows, what a run leaves behind and for whom.</summary>
public sealed class WorkspaceTests : IDisposable
{
    private const string Inside = """exec 2>&1; cd "$KANBAN_WORKSPACE"; """;
    private readonly string _folder = Directory.CreateTempSubdirectory("kanban-workspace-").FullName;

    private string Repository => Path.Combine(_folder, "web.git");
    private string Data => Path.Combine(_folder, "data");

    [Fact]
    public async Task A_worktree_is_the_tasks_branch_which_is_pushed_and_the_clean_worktree_goes()
    {
        MakeRepository();
        await using var worker = await StartAsync();

        var finish = await worker.RunAsync(Grant(Inside + "git status --short --branch; cat README; echo more >>README; git commit -qam 'More' && pwd"));

        Assert.True(finish.Outcome is Outcome.Succeeded, finish.Reason + worker.Out(finish.RunId));
        Assert.StartsWith("## kanban/main-7\nhello\n", worker.Out(finish.RunId), StringComparison.Ordinal);
        var report = finish.Metadata!.Value.GetProperty("workspace");
        Assert.Equal(("kanban/main-7", 1, true), (report.GetProperty("branch").GetString(), report.GetProperty("commits").GetInt32(), report.GetProperty("pushed").GetBoolean()));
        Assert.Equal(report.GetProperty("commit").GetString(), Git("rev-parse", "kanban/main-7"));
        Assert.Equal("hello\nmore", Git("show", "kanban/main-7:README"));
        Assert.False(Directory.Exists(Path.Combine(worker.Home, "worktrees", "main-7")));
    }

    [Fact]
    public async Task What_a_failed_run_leaves_is_there_for_the_next_run_of_its_task_and_for_no_other()
    {
        MakeRepository();
        await using var worker = await StartAsync();
        // Work in no commit, and traps: settings, a hook, a lock of a git that was killed, a file in the home folder.
        var first = await worker.RunAsync(Grant(Inside + """
            echo half >draft; common=$(git rev-parse --git-common-dir)
            git config alias.st '!echo trapped'; git config core.fsmonitor 'exit 1'; mkdir -p "$common/hooks"
            printf '#!/bin/sh\necho trapped; exit 1\n' >"$common/hooks/pre-commit"; chmod +x "$common/hooks/pre-commit"; git config core.hooksPath "$common/hooks"
            touch "$(git rev-parse --git-dir)/index.lock" "$HOME/trap" "$TMPDIR/trap"
            exit 3
            """));
        var report = first.Metadata!.Value.GetProperty("workspace");
        Assert.Equal((Outcome.Failed, 1), (first.Outcome, report.GetProperty("uncommitted").GetInt32()));
        Assert.True(File.Exists(Path.Combine(report.GetProperty("kept").GetString()!, "draft")));

        var second = await worker.RunAsync(Grant(Inside + """ls -A "$HOME" "$TMPDIR"; git st || :; cat draft && git add draft && git commit -qm 'Draft' && echo done"""));

        Assert.True(second.Outcome is Outcome.Succeeded, second.Reason + worker.Out(second.RunId));
        Assert.EndsWith("half\ndone\n", worker.Out(second.RunId), StringComparison.Ordinal);
        Assert.DoesNotContain("trap", worker.Out(second.RunId), StringComparison.Ordinal);
        Assert.Equal("half", Git("show", "kanban/main-7:draft"));
        var other = await worker.RunAsync(Grant(Inside + "git st || :; ls; git log --format=%s") with { TaskKey = "main-8" });
        Assert.DoesNotContain("trap", worker.Out(other.RunId), StringComparison.Ordinal);
        Assert.EndsWith("README\nFirst\n", worker.Out(other.RunId), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_branch_that_can_not_be_pushed_is_kept_and_the_report_says_why()
    {
        MakeRepository();
        await using var worker = await StartAsync();
        var hook = Path.Combine(Repository, "hooks", "pre-receive");
        Directory.CreateDirectory(Path.GetDirectoryName(hook)!);
        await File.WriteAllTextAsync(hook, "#!/bin/sh\necho no branches today >&2; exit 1\n");
        File.SetUnixFileMode(hook, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        var finish = await worker.RunAsync(Grant(Inside + "echo x >>README; git commit -qam x"));

        var report = finish.Metadata!.Value.GetProperty("workspace");
        Assert.Equal(Outcome.Succeeded, finish.Outcome);
        Assert.False(report.GetProperty("pushed").GetBoolean());
        Assert.Contains("no branches today", report.GetProperty("fault").GetString(), StringComparison.Ordinal);
        Assert.True(Directory.Exists(report.GetProperty("kept").GetString()));
    }

    [Fact]
    public async Task A_run_whose_lease_is_gone_pushes_nothing_over_who_may_have_followed_it()
    {
        MakeRepository();
        await using var worker = await StartAsync();
        var go = Path.Combine(_folder, "committed");
        var run = await worker.OfferAsync(Grant(Inside + $"echo x >>README; git commit -qam x; touch {go}; sleep 600"));
        await Eventually.Async(() => File.Exists(go));

        worker.Board.Forget[run] = true;

        var finish = await worker.FinishAsync(run);
        var report = finish.Metadata!.Value.GetProperty("workspace");
        Assert.Equal((Outcome.Stopped, 1, false), (finish.Outcome, report.GetProperty("commits").GetInt32(), report.GetProperty("pushed").GetBoolean()));
        Assert.Equal("", Git("branch", "--list", "kanban/main-7"));
        Assert.True(Directory.Exists(report.GetProperty("kept").GetString()));
    }

    [Fact]
    public async Task A_worktree_whose_branch_the_run_changed_is_kept_beside_and_the_next_run_begins_with_the_tasks_own()
    {
        MakeRepository();
        await using var worker = await StartAsync();

        var first = await worker.RunAsync(Grant(Inside + "git checkout -qb mine; echo x >>README; git commit -qam x; echo half >draft"));

        var report = first.Metadata!.Value.GetProperty("workspace");
        var kept = report.GetProperty("kept").GetString()!;
        Assert.Contains("no longer on the branch kanban/main-7, but at mine", report.GetProperty("fault").GetString(), StringComparison.Ordinal);
        var second = await worker.RunAsync(Grant(Inside + "git branch --show-current; ls"));
        Assert.Equal("kanban/main-7\nREADME\n", worker.Out(second.RunId));
        Assert.Equal("half\n", await File.ReadAllTextAsync(Path.Combine(kept, "draft")));
        Assert.Equal("mine", Run("git", "-C", kept, "branch", "--show-current"));
        Assert.Equal("x", Run("git", "-C", kept, "log", "-1", "--format=%s"));
    }

    [Fact]
    public async Task What_people_made_in_a_worktrees_place_is_not_touched()
    {
        MakeRepository();
        Directory.CreateDirectory(Data);
        await using var worker = await StartAsync();
        var place = Path.Combine(_folder, "main-7");
        Run("git", "clone", "-q", Repository, place);
        await File.WriteAllTextAsync(Path.Combine(place, "mine"), "words");

        var finish = await worker.RunAsync(Grant("echo started"));

        Assert.Equal((Outcome.Failed, ErrorClass.Host, ""), (finish.Outcome, finish.Class, worker.Out(finish.RunId)));
        Assert.Contains($"{place} is there already, and is no worktree of this worker's", finish.Reason, StringComparison.Ordinal);
        Assert.Equal("words", await File.ReadAllTextAsync(Path.Combine(place, "mine")));
        Assert.True(Directory.Exists(Path.Combine(place, ".git")));
    }

    [Fact]
    public async Task What_people_attached_takes_no_file_of_its_name_away()
    {
        Directory.CreateDirectory(Path.Combine(Data, "attachments"));
        await File.WriteAllTextAsync(Path.Combine(Data, "attachments", "spec.md"), "of a person");
        await using var worker = await StartAsync();
        var spec = worker.Board.Attach("spec.md", "attached"u8.ToArray());

        for (var run = 0; run < 2; run++)
        {
            var finish = await worker.RunAsync(Grant("cd attachments; cat spec.md; ls") with { Workspace = "dir:" + Data, Attachments = [spec] });
            Assert.Equal("attachedspec.md\nspec.md.before-1\n", worker.Out(finish.RunId));
        }

        Assert.Equal("of a person", await File.ReadAllTextAsync(Path.Combine(Data, "attachments", "spec.md.before-1")));
    }

    [Fact]
    public async Task Kept_worktrees_go_after_their_time_and_their_branches_stay()
    {
        MakeRepository();
        await using var worker = await StartAsync();
        await worker.RunAsync(Grant(Inside + "echo x >>README; git commit -qam x; exit 3"));
        var kept = Path.Combine(worker.Home, "worktrees", "main-7");
        Assert.True(Directory.Exists(kept));
        await worker.AbandonWorkerAsync();
        foreach (var notes in Directory.GetDirectories(Path.Combine(worker.Home, "repositories"), "main-7", SearchOption.AllDirectories))
            Directory.SetLastWriteTimeUtc(notes, TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(-8));

        await worker.StartWorkerAsync();

        await Eventually.Async(() => !Directory.Exists(kept));
        Assert.Equal("hello\nx", Git("show", "kanban/main-7:README"));
    }

    [Fact]
    public async Task Two_runs_never_work_in_one_directory_at_a_time_unless_the_profile_says_so()
    {
        Directory.CreateDirectory(Data);
        await using var worker = await StartAsync();
        var body = """echo in >>log; while [ ! -e "$(cat wait 2>/dev/null)" ]; do sleep 0.05; done; echo out >>log""";
        var go = Path.Combine(_folder, "go");
        await File.WriteAllTextAsync(Path.Combine(Data, "wait"), go);
        var first = await worker.OfferAsync(Grant(body) with { Workspace = "dir:" + Data });
        await Eventually.Async(() => File.Exists(Path.Combine(Data, "log")));
        var second = await worker.OfferAsync(Grant(body) with { Workspace = "dir:" + Data, TaskKey = "main-8" });
        var third = await worker.OfferAsync(Grant(body) with { Workspace = "dir:" + Data, TaskKey = "main-9" });
        await Eventually.Async(() => worker.Board.Heartbeats.Last().Runs.Count == 3);

        // One that waits can be cancelled, and has left nothing.
        worker.Board.Stop[third] = "changed my mind";
        Assert.Equal((Outcome.Stopped, "changed my mind"), ((await worker.FinishAsync(third)).Outcome, (await worker.FinishAsync(third)).Reason));
        Assert.Equal("in\n", await File.ReadAllTextAsync(Path.Combine(Data, "log")));

        await File.WriteAllTextAsync(go, "");
        await worker.FinishAsync(first);
        Assert.Equal(Outcome.Succeeded, (await worker.FinishAsync(second)).Outcome);
        Assert.Equal("in\nout\nin\nout\n", await File.ReadAllTextAsync(Path.Combine(Data, "log")));
        Assert.True(Directory.Exists(Data));
    }

    [Fact]
    public async Task Two_workers_of_one_host_take_turns_in_one_directory_though_one_is_killed_and_comes_back()
    {
        Directory.CreateDirectory(Data);
        await using var one = await StartAsync();
        await using var other = await StartAsync();
        var go = Path.Combine(_folder, "go");
        var body = $"echo in >>log; while [ ! -e {go} ]; do sleep 0.05; done; echo out >>log";
        var first = await one.OfferAsync(Grant(body) with { Workspace = "dir:" + Data });
        await Eventually.Async(() => File.Exists(Path.Combine(Data, "log")));
        await one.AbandonWorkerAsync();
        var second = await other.OfferAsync(Grant(body) with { Workspace = "dir:" + Data });
        await Eventually.Async(() => other.Board.Heartbeats.Count(h => h.Runs.Count == 1) > 2);
        Assert.Equal("in\n", await File.ReadAllTextAsync(Path.Combine(Data, "log")));
        await one.StartWorkerAsync();
        Assert.Equal("in\n", await File.ReadAllTextAsync(Path.Combine(Data, "log")));

        await File.WriteAllTextAsync(go, "");

        Assert.Equal((Outcome.Succeeded, Outcome.Succeeded), ((await one.FinishAsync(first)).Outcome, (await other.FinishAsync(second)).Outcome));
        Assert.Equal("in\nout\nin\nout\n", await File.ReadAllTextAsync(Path.Combine(Data, "log")));
    }

    [Theory]
    [InlineData("dir:/etc", "does not lie below")]
    [InlineData("dir:{folder}/link", "does not lie below")]
    [InlineData("dir:{folder}/nowhere", "there is no directory")]
    [InlineData("worktree:/srv/other.git", "allows the repositories")]
    [InlineData("worktree:{folder}/../web.git", "allows the repositories")]
    [InlineData("worktree:{folder}/%2e%2E/web.git", "allows the repositories")]
    [InlineData("anything", "is no workspace")]
    public async Task What_the_profile_does_not_allow_is_not_started(string workspace, string why)
    {
        File.CreateSymbolicLink(Path.Combine(_folder, "link"), "/etc");
        await using var worker = await StartAsync();

        var finish = await worker.RunAsync(Grant("echo started") with { Workspace = workspace.Replace("{folder}", _folder, StringComparison.Ordinal) });

        Assert.Equal((Outcome.Failed, ErrorClass.Host), (finish.Outcome, finish.Class));
        Assert.Contains(why, finish.Reason, StringComparison.Ordinal);
        Assert.Equal("", worker.Out(finish.RunId));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Task<WorkerHarness> StartAsync() => WorkerHarness.StartAsync(options =>
    {
        var profile = options.Profiles["shell"] = new ProfileOptions();
        profile.Workspaces.AddRange(["scratch", "dir", "worktree"]);
        profile.Repositories.Add(_folder + "/*");
        if (Path.Exists(Data) || Path.Exists(Path.Combine(_folder, "link")))
            profile.WorkspaceRoot = _folder;
    });

    private Grant Grant(string body) => WorkerHarness.Grant(body) with { Workspace = "worktree:" + Repository };

    private void MakeRepository()
    {
        var clone = Path.Combine(_folder, "clone");
        Run("git", "init", "-q", "-b", "trunk", clone);
        File.WriteAllText(Path.Combine(clone, "README"), "hello\n");
        Run("git", "-C", clone, "add", "README");
        Run("git", "-C", clone, "-c", "user.name=t", "-c", "user.email=t@localhost", "commit", "-qm", "First");
        Run("git", "clone", "-q", "--bare", clone, Repository);
        Directory.Delete(clone, recursive: true);
    }

    private string Git(params string[] words) => Run("git", ["--git-dir", Repository, .. words]);

    private static string Run(string program, params string[] words)
    {
        using var process = Process.Start(new ProcessStartInfo(program, words) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEnd();
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, error);
        return output.TrimEnd();
    }
}
