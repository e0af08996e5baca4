using System.Text;
using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;
using Kanban.Bus.Worker.Hosting;

namespace Kanban.Bus.Tests.Worker;

/// <summary>What a run sees, writes and reports; each with a real process.</summary>
public sealed class ShellRunTests
{
    [Fact]
    public async Task A_body_runs_as_a_script_and_its_last_lines_are_the_summary()
    {
        await using var worker = await WorkerHarness.StartAsync();

        var finish = await worker.RunAsync("echo first\nprintf '\\033[31mhi\\033[0m\\n\\n'");

        Assert.Equal((Outcome.Succeeded, 0, "first\nhi"), (finish.Outcome, finish.ExitCode, finish.Summary));
        Assert.Equal(3, finish.FencingToken);
        await Eventually.Async(() => Directory.GetDirectories(Path.Combine(worker.Home, "runs")).Length == 0);
    }

    [Theory]
    [InlineData("exit 7", "exit 7", 7, ErrorClass.Task)]
    [InlineData("exit 75", "asked to be retried (exit 75)", 75, ErrorClass.Provider)]
    [InlineData("kill -SEGV $$", "ended by signal SEGV (exit 139)", 139, ErrorClass.Agent)]
    [InlineData("no-such-program", "exit 127: a command was not found", 127, ErrorClass.Host)]
    public async Task An_exit_status_says_how_it_ended(string body, string reason, int exitCode, ErrorClass fault)
    {
        await using var worker = await WorkerHarness.StartAsync();

        var finish = await worker.RunAsync(body);

        Assert.Equal((Outcome.Failed, reason, exitCode, fault), (finish.Outcome, finish.Reason, finish.ExitCode, finish.Class));
    }

    [Fact]
    public async Task Output_is_byte_exact_with_nul_bytes_and_half_characters()
    {
        await using var worker = await WorkerHarness.StartAsync();

        var finish = await worker.RunAsync("printf 'a\\000b\\303'; sleep 0.3; printf '\\251\\377'; printf 'e\\000' >&2; head -c 700000 /dev/zero >&2");

        byte[] expected = [(byte)'a', 0, (byte)'b', 0xC3, 0xA9, 0xFF];
        Assert.Equal(Outcome.Succeeded, finish.Outcome);
        Assert.Equal(expected, worker.Board.Log(finish.RunId, "stdout"));
        Assert.Equal([(byte)'e', .. new byte[700_001]], worker.Board.Log(finish.RunId, "stderr"));
    }

    [Fact]
    public async Task Output_reaches_the_board_while_the_run_goes_on()
    {
        await using var worker = await WorkerHarness.StartAsync();

        var runId = await worker.OfferAsync(WorkerHarness.Grant("echo early; while [ ! -e \"$KANBAN_WORKSPACE/go\" ]; do sleep 0.05; done; echo late"));
        await Eventually.Async(() => worker.Out(runId) == "early\n");
        Assert.Null(worker.Board.FinishOf(runId));

        await File.WriteAllTextAsync(Path.Combine(worker.Home, "runs", runId.ToString(), "workspace", "go"), "");
        await worker.FinishAsync(runId);
        Assert.Equal("early\nlate\n", worker.Out(runId));
    }

    [Fact]
    public async Task A_summary_that_is_cut_from_output_begins_with_no_half_of_a_secret()
    {
        await using var worker = await WorkerHarness.StartAsync();

        var finish = await worker.RunAsync("""printf '%s' "$KANBAN_RUN_TOKEN"; head -c 480 /dev/zero | tr '\0' x""");

        Assert.Equal(new string('*', 20) + new string('x', 480), finish.Summary);
    }

    [Fact]
    public async Task Secrets_of_run_and_profile_never_reach_the_board()
    {
        const string planted = "hunter2-hunter2";
        await using var worker = await WorkerHarness.StartAsync(o =>
        {
            var profile = new ProfileOptions();
            profile.Environment["MODEL_API_KEY"] = planted;
            o.Profiles["shell"] = profile;
        });

        var finish = await worker.RunAsync(
            """
            printf '%s' "${KANBAN_RUN_TOKEN%????????}"; sleep 0.3; echo "${KANBAN_RUN_TOKEN#"${KANBAN_RUN_TOKEN%????????}"}"
            printf '%s' "x$MODEL_API_KEY" | base64 >&2
            printf '{"event":"message","text":"%s"}\n' "$MODEL_API_KEY" >"$KANBAN_WORKSPACE/../events"
            printf '{"summary":"the key is %s","metadata":{"key":"%s"}}' "$MODEL_API_KEY" "$MODEL_API_KEY" >"$KANBAN_RESULT_FILE"
            """);

        Assert.Equal("****\n", System.Text.RegularExpressions.Regex.Replace(worker.Out(finish.RunId), @"\*{4,}", "****"));
        var errors = Encoding.UTF8.GetString(worker.Board.Log(finish.RunId, "stderr"));
        Assert.Contains("******", errors, StringComparison.Ordinal);
        Assert.DoesNotContain(planted, Encoding.UTF8.GetString(worker.Board.Log(finish.RunId, "events")), StringComparison.Ordinal);
        Assert.Equal("the key is ***************", finish.Summary);
        Assert.DoesNotContain(planted, finish.Metadata!.Value.GetRawText(), StringComparison.Ordinal);
        Assert.NotEmpty(worker.Board.Log(finish.RunId, "events"));
    }

    [Fact]
    public async Task Standard_input_is_closed()
    {
        await using var worker = await WorkerHarness.StartAsync();

        var finish = await worker.RunAsync("readlink /proc/self/fd/0; if read -r line; then echo got; else echo nothing; fi");

        Assert.Equal("/dev/null\nnothing\n", worker.Out(finish.RunId));
    }

    [Fact]
    public async Task The_environment_is_clean_and_names_the_run()
    {
        Environment.SetEnvironmentVariable("WORKER_SECRET_OF_TEST", "planted");
        Environment.SetEnvironmentVariable("BASH_ENV", "/nowhere");
        try
        {
            await using var worker = await WorkerHarness.StartAsync();
            var grant = WorkerHarness.Grant(
                "env | cut -d= -f1 | sort; echo; echo \"$KANBAN_TASK $KANBAN_BOARD $KANBAN_LANE $KANBAN_ATTEMPT $KANBAN_FENCING_TOKEN\"; cat \"$KANBAN_BRIEF_FILE\" \"$KANBAN_PARENTS_FILE\"; echo; pwd; echo \"$KANBAN_WORKSPACE\"; grep SigIgn /proc/self/status");

            var finish = await worker.RunAsync(grant);

            var lines = worker.Out(finish.RunId).Split('\n');
            string[] allowed = ["HOME", "LANG", "OLDPWD", "PATH", "PWD", "SHLVL", "TMPDIR", "TZ", "_"];
            var names = lines.TakeWhile(l => l.Length > 0).ToList();
            Assert.All(names, n => Assert.True(allowed.Contains(n) || n.StartsWith("KANBAN_", StringComparison.Ordinal), n));
            Assert.Contains("KANBAN_RUN_TOKEN", names);
            var rest = lines[(names.Count + 1)..];
            Assert.Equal("main-7 main shell 1 3", rest[0]);
            Assert.Equal("# A task", rest[1]);
            Assert.Contains("\"summary\":\"it went well\"", rest[2], StringComparison.Ordinal);
            Assert.Equal(rest[3], rest[4]);
            // Signals 32 and 33 are the C library's own: no program can set them, and some parents leave them ignored.
            const ulong ofTheLibrary = 0b11UL << 31;
            Assert.Equal(0UL, Convert.ToUInt64(rest[5].Split('\t')[1], 16) & ~ofTheLibrary);
        }
        finally
        {
            Environment.SetEnvironmentVariable("WORKER_SECRET_OF_TEST", null);
            Environment.SetEnvironmentVariable("BASH_ENV", null);
        }
    }

    [Fact]
    public async Task A_home_is_fresh_for_each_run_and_gone_after_it()
    {
        await using var worker = await WorkerHarness.StartAsync();

        var first = await worker.RunAsync("touch \"$HOME/.profile\" \"$TMPDIR/x\" trap; mkdir locked; touch locked/x; chmod 500 locked; ls -A \"$HOME\" .");
        var second = await worker.RunAsync("ls -A \"$HOME\"; ls");

        Assert.Contains(".profile", worker.Out(first.RunId), StringComparison.Ordinal);
        Assert.Equal("", worker.Out(second.RunId));
        await Eventually.Async(() => Directory.GetDirectories(Path.Combine(worker.Home, "runs")).Length == 0);
    }

    [Theory]
    [InlineData("""{"summary":"built","metadata":{"files":3},"usage":{"tokens":5}}""", 0, Outcome.Succeeded, null, "built")]
    [InlineData("""{"outcome":"blocked","reason":"which branch?"}""", 1, Outcome.Blocked, "which branch?", null)]
    [InlineData("""{"outcome":"review","summary":"look"}""", 0, Outcome.Review, null, "look")]
    [InlineData("""{"outcome":"review"}""", 4, Outcome.Failed, "exit 4", null)]
    public async Task A_result_file_speaks_for_the_run(string json, int exit, Outcome outcome, string? reason, string? summary)
    {
        await using var worker = await WorkerHarness.StartAsync();

        var finish = await worker.RunAsync($"printf '%s' '{json}' >\"$KANBAN_RESULT_FILE\"; exit {exit}");

        Assert.Equal((outcome, reason, summary), (finish.Outcome, finish.Reason, finish.Summary));
        if (summary == "built")
            Assert.Equal((3, 5), (finish.Metadata!.Value.GetProperty("files").GetInt32(), finish.Usage!.Value.GetProperty("tokens").GetInt32()));
    }

    [Fact]
    public async Task A_result_file_says_what_was_at_fault_and_when_a_limit_resets()
    {
        await using var worker = await WorkerHarness.StartAsync();

        var limited = worker.RunAsync("""echo '{"class":"provider","reason":"429","retryAt":"2026-05-01T08:00:00Z"}' >"$KANBAN_RESULT_FILE"; exit 1""");
        var polite = worker.RunAsync("""echo '{"outcome":"failed","class":"agent","retryAfterSeconds":90}' >"$KANBAN_RESULT_FILE" """);
        var wrong = worker.RunAsync("""echo '{"class":"weather"}' >"$KANBAN_RESULT_FILE"; exit 1""");

        Assert.Equal((Outcome.Failed, "429", ErrorClass.Provider, new DateTimeOffset(2026, 5, 1, 8, 0, 0, TimeSpan.Zero)),
            ((await limited).Outcome, (await limited).Reason, (await limited).Class, (await limited).RetryAt));
        Assert.Equal((Outcome.Failed, ErrorClass.Agent, 90.0), ((await polite).Outcome, (await polite).Class, (await polite).RetryAfterSeconds));
        Assert.Equal((ErrorClass.Task, "exit 1; the result file's class 'weather' is none of task, agent, provider, host, board"), ((await wrong).Class, (await wrong).Reason));
    }

    [Fact]
    public async Task A_result_file_that_can_not_be_read_is_named_and_changes_nothing()
    {
        await using var worker = await WorkerHarness.StartAsync();

        var broken = await worker.RunAsync("echo done; echo '{nonsense' >\"$KANBAN_RESULT_FILE\"");
        var large = await worker.RunAsync("printf '{\"metadata\":\"%s\"}' \"$(head -c 70000 /dev/zero | tr '\\0' x)\" >\"$KANBAN_RESULT_FILE\"");

        Assert.Equal((Outcome.Succeeded, "done"), (broken.Outcome, broken.Summary));
        Assert.StartsWith("the result file can't be read", broken.Reason, StringComparison.Ordinal);
        Assert.Equal(Outcome.Succeeded, large.Outcome);
        Assert.Contains("70,002 bytes", large.Reason, StringComparison.Ordinal);
        Assert.Null(large.Metadata);
    }

    [Fact]
    public async Task An_unknown_profile_fails_the_run_with_a_sentence()
    {
        await using var worker = await WorkerHarness.StartAsync();

        var finish = await worker.RunAsync(WorkerHarness.Grant("true") with { Profile = "codex" });

        Assert.Equal(Outcome.Failed, finish.Outcome);
        Assert.Contains("no profile 'codex'; it has shell", finish.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_profile_is_an_argument_vector_that_no_shell_joins()
    {
        await using var worker = await WorkerHarness.StartAsync(o =>
        {
            var profile = new Kanban.Bus.Worker.Hosting.ProfileOptions();
            profile.Command.AddRange(["/usr/bin/printf", "%s|", "a b", "$(id)", "{workspace}"]);
            o.Profiles["plain"] = profile;
        });
        var grant = WorkerHarness.Grant("ignored") with { Profile = "plain" };

        await worker.RunAsync(grant);

        Assert.Equal($"a b|$(id)|{Path.Combine(worker.Home, "runs", grant.RunId.ToString(), "workspace")}|", worker.Out(grant.RunId));
    }

    [Fact]
    public async Task Text_of_any_script_survives_the_way_to_the_summary()
    {
        await using var worker = await WorkerHarness.StartAsync();

        var finish = await worker.RunAsync("echo 'Grüße, 世界 🎉'");

        Assert.Equal("Grüße, 世界 🎉", finish.Summary);
        Assert.Equal(Encoding.UTF8.GetBytes("Grüße, 世界 🎉\n"), worker.Board.Log(finish.RunId, "stdout"));
    }
}
