using Kanban.Bus.Tests.Harness;

namespace Kanban.Bus.Tests.Cli;

/// <summary><c>kanban up</c> as a process, and commands that find it by the context file it wrote.</summary>
public sealed class SingleHostTests : OnSingleHost
{
    [Fact]
    public async Task It_runs_real_work_from_the_first_command_on_and_stops_when_told()
    {
        Assert.Contains(Greeting, line => line.Contains("/login?code=", StringComparison.Ordinal));
        var key = Path.Combine(Up.Home, ".local", "share", "kanban", "admin.key");
        Assert.Contains(Greeting, line => line.Contains(key, StringComparison.Ordinal));
        Assert.All(
            [key, Path.Combine(Path.GetDirectoryName(key)!, "worker.key"), Kanban.ContextFile],
            file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));

        // Work, its result, its log byte by byte.
        var hello = await Kanban.RunAsync("task", "add", "hello", "--lane", "shell", "--body", "printf 'h\\377\\0i\\n'; echo oh >&2; echo end", "--wait", "--timeout", "60s");
        Assert.True(hello.Code == 0, hello.Error);
        Assert.StartsWith("main-1\tdone\tshell\t", hello.Out, StringComparison.Ordinal);
        var logs = await Kanban.RunAsync("task", "logs", "main-1");
        Assert.Equal([(byte)'h', 0xFF, 0, (byte)'i', (byte)'\n', .. "end\n"u8], logs.OutBytes);
        Assert.Equal("oh\n"u8.ToArray(), logs.ErrorBytes);

        // A task whose time is to come waits for it, and then starts.
        var later = await Kanban.RunAsync("task", "add", "later", "--lane", "shell", "--body", "echo now", "--not-before", "+1s", "--wait", "--timeout", "60s");
        Assert.True(later.Code == 0, later.Error);

        // A retry is followed to the task's end, which is another than done.
        Assert.Equal(0, (await Kanban.RunAsync("lane", "set", "shell", "--max-attempts", "2", "--backoff", "1s")).Code);
        Assert.Equal(0, (await Kanban.RunAsync("task", "add", "fails", "--lane", "shell", "--body", "echo attempt $KANBAN_ATTEMPT; exit 3")).Code);
        Assert.Equal("attempt 1\nattempt 2\n", (await Kanban.RunAsync("task", "logs", "-f", "main-3")).Out);
        Assert.Equal(10, (await Kanban.RunAsync("task", "wait", "main-3", "--timeout", "60s")).Code);

        // A run that met its account's limit: its task waits for the account, charged nothing, until a person opens it.
        Assert.Equal(0, (await Kanban.RunAsync("pool", "create", "acct-x", "--kind", "account", "--cap", "2")).Code);
        var limited = (await Kanban.RunAsync("task", "add", "limited", "--lane", "shell", "--draw", "acct-x", "-o", "name", "--body",
            """[ $KANBAN_ATTEMPT != 1 ] || { echo '{"class":"provider","retryAfterSeconds":3600}' >$KANBAN_RESULT_FILE; exit 1; }""")).Out.Trim();
        await Eventually.Async(async () => (await Kanban.RunAsync("task", "why", limited)).Out.Contains("account acct-x is parked until", StringComparison.Ordinal));
        Assert.Contains($"limit of run {limited}#1", (await Kanban.RunAsync("pool", "show", "acct-x")).Out, StringComparison.Ordinal);
        Assert.Equal(0, (await Kanban.RunAsync("pool", "unpark", "acct-x")).Code);
        Assert.Equal(0, (await Kanban.RunAsync("task", "wait", limited, "--timeout", "60s")).Code);

        // The same key gives the same task; with other content, a conflict.
        string[] add = ["task", "add", "once", "--lane", "shell", "--idempotency-key", "k", "-o", "name"];
        Assert.Equal((await Kanban.RunAsync(add)).Out, (await Kanban.RunAsync(add)).Out);
        Assert.Equal(5, (await Kanban.RunAsync([.. add, "--body", "other"])).Code);

        // Mistakes are told in the board's own words.
        var lane = await Kanban.RunAsync("task", "add", "x", "--lane", "shel");
        Assert.Equal(1, lane.Code);
        Assert.Contains("'shell'", lane.Error, StringComparison.Ordinal);
        Assert.Equal(3, (await Kanban.RunAsync("task", "show", "main-99")).Code);
        Assert.Equal(4, (await Kanban.RunAsync("task", "list", "--token", "kbk_wrong")).Code);

        Up.Signal("TERM");
        Assert.Equal(0, (await Up.EndAsync()).Code);
        Assert.Equal(6, (await Kanban.RunAsync("task", "list")).Code);
    }

    [Fact]
    public async Task A_worker_started_with_the_admin_key_makes_its_own_token_on_the_board()
    {
        var key = (await File.ReadAllTextAsync(Path.Combine(Up.Home, ".local", "share", "kanban", "admin.key"))).Trim();
        var url = Greeting.SelectMany(line => line.Split(' ')).First(word => word.StartsWith("http://", StringComparison.Ordinal));
        url = new Uri(url).GetLeftPart(UriPartial.Authority);
        using var worker = new KanbanProcess(new Dictionary<string, string> { ["KANBAN_TOKEN"] = key }, "worker", "run", "--id", "w9", "--lane", "shell=1", "--url", url);

        // A single host's board names no broker, so the worker ends with that sentence; its token was made all the same.
        var ended = await worker.EndAsync();
        Assert.Contains("The worker can't go on: The board names no broker", ended.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", ended.Out + ended.Error, StringComparison.Ordinal);
        Assert.Contains("worker-w9", (await Kanban.RunAsync("token", "list")).Out, StringComparison.Ordinal);
        Assert.Contains("w9", (await Kanban.RunAsync("worker", "list")).Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("address", "address already in use")]
    [InlineData("home", "one process has a SQLite file")]
    public async Task A_second_one_on_the_same_address_or_home_ends_with_a_sentence(string shared, string sentence)
    {
        var address = new Uri(Greeting.SelectMany(line => line.Split(' ')).First(word => word.StartsWith("http://", StringComparison.Ordinal))).GetLeftPart(UriPartial.Authority);
        using var second = shared == "address"
            ? new KanbanProcess(new Dictionary<string, string>(), "up", "--listen", address)
            : new KanbanProcess(new Dictionary<string, string>(), "up", "--listen", "http://127.0.0.1:0", "--home", Path.Combine(Up.Home, ".local", "share", "kanban"));

        var ended = await second.EndAsync();

        Assert.Equal(1, ended.Code);
        Assert.Contains(sentence, ended.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", ended.Out + ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_kind_of_command_is_understood_by_the_board()
    {
        foreach (var (command, code) in new[]
        {
            ("task add held --lane shell --status blocked", 0),
            ("task edit main-1 --title renamed --priority 7 --needs cuda --on-host none --label a --not-before none", 0),
            ("task show main-1", 0),
            ("task comment main-1 remark", 0),
            ("task edit main-1 --acceptance tested", 0),
            ("task brief main-1", 0),
            ("task answer main-1 yes", 5),
            ("task unblock main-1", 0),
            ("task why main-1", 0),
            ("task block main-1 --reason later", 0),
            ("task move main-1 triage", 0),
            ("task add parent --lane shell --status triage", 0),
            ("task link main-1 --parent main-2", 0),
            ("task link main-2 --parent main-1", 5),
            ("task unlink main-1 --parent main-2", 0),
            ("task cancel main-1 main-2 --reason enough", 0),
            ("task wait main-1", 10),
            ("task retry main-2", 0),
            ("task archive main-1", 0),
            ("task list --archived --status cancelled --lane shell --label a -q renamed", 0),
            ("task restore main-1", 0),
            ("task events main-1 --type task.moved", 0),
            ("task edit main-1 --title x --if-version 1", 5),
            ("lane add gpu --max-active 2 --retry ask --max-attempts 5 --backoff 5s --max-runtime 1h --silence 5m --grace 1s --on-disconnect stop", 0),
            ("lane set gpu --max-active none --silence none --retry never", 0),
            ("lane pause gpu --reason lunch", 0),
            ("lane resume gpu", 0),
            ("lane list", 0),
            ("lane set gpu --retries provider=40/1m --retries host=none --retry-percent 10 --retries-per-minute 5 --max-runs-per-day 9", 0),
            ("lane set gpu --retries none --breaker-tasks 3 --breaker-stretch 5m --breaker-cool-down 30s", 0),
            ("lane set gpu --breaker-cool-down 2h", 1),
            ("lane show gpu", 0),
            ("lane reset-breaker gpu --reason checked", 0),
            ("lane reset-breaker gpuu", 3),
            ("pool create acct-y --kind account --cap 2", 0),
            ("pool unpark acct-y", 0),
            ("task add t --lane gpu --draw acct-y --on-limit retry", 0),
            ("task list --class provider", 0),
            ("ops alarms", 0),
            ("ops alarms --all --limit 5", 0),
            ("ops ack", 2),
            ("ops ack 3", 2),
            ("token revoke 3", 2),
            ("ops ack 00000000-0000-7000-8000-000000000000 --reason seen", 3),
            ("board add web --title Web --max-active 2", 0),
            ("board set web --max-active none", 0),
            ("board list", 0),
            ("token create ci --kind worker", 0),
            ("token list", 0),
            ("whoami", 0),
            ("dashboard", 0),
            ("version", 0),
            ("worker list", 0),
            ("worker drain local", 0),
            ("worker drain nobody", 3),
        })
        {
            var ended = await Kanban.RunAsync(command.Split(' '));

            Assert.True(ended.Code == code, $"kanban {command}: {ended.Code}, not {code}. {ended.Error}");
        }
    }
}
