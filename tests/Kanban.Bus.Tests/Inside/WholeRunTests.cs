using Kanban.Bus.Tests.Cli;
using Kanban.Bus.Tests.Harness;

namespace Kanban.Bus.Tests.Inside;

/// <summary>Real runs on a single host that talk to their board by the command on their PATH.</summary>
public sealed class WholeRunTests : OnSingleHost
{
    public WholeRunTests() : base(new() { ["Lease:Heartbeat"] = "500ms" })
    {
    }

    [Fact]
    public async Task A_run_makes_a_child_hears_a_person_asks_and_ends_as_it_says()
    {
        // It waits until somebody says something, makes a child that shows its own brief, claims it, and ends as done with another exit status than that.
        const string parent =
            """
            until [ -s "$KANBAN_INBOX_FILE" ]; do sleep 0.1; done
            kanban inbox -o tsv | cut -f4
            child=$(kanban create 'the child' --body 'cat "$KANBAN_BRIEF_FILE"' -o name)
            kanban guard -- kanban complete --summary 'it went well' --created "$child"
            kanban fail --reason 'changed my mind' || echo "refused with $?"
            exit 3
            """;
        Assert.Equal(0, (await Kanban.RunAsync("task", "add", "the parent", "--lane", "shell", "--body", parent)).Code);
        // What is said before a run begins is in its brief.
        await Eventually.Async(async () => (await Kanban.RunAsync("task", "list", "--status", "running", "-o", "name")).Out == "main-1\n");
        Assert.Equal(0, (await Kanban.RunAsync("task", "comment", "main-1", "go on then")).Code);

        Assert.Equal(0, (await Kanban.RunAsync("task", "wait", "main-1", "main-2", "--timeout", "90s")).Code);

        var log = (await Kanban.RunAsync("task", "logs", "main-1")).Out;
        Assert.Contains("go on then", log, StringComparison.Ordinal);
        Assert.Contains("refused with 5", log, StringComparison.Ordinal);
        Assert.Contains("(seen by run:main-1/1): go on then", (await Kanban.RunAsync("task", "show", "main-1", "-o", "table")).Out, StringComparison.Ordinal);
        Assert.Contains("> it went well", (await Kanban.RunAsync("task", "logs", "main-2")).Out, StringComparison.Ordinal);

        // A question is answered, and the next run reads the answer.
        const string asks = """if [ "$KANBAN_ATTEMPT" = 1 ]; then kanban ask 'which branch?'; else grep '> the main one' "$KANBAN_BRIEF_FILE"; fi""";
        Assert.Equal(0, (await Kanban.RunAsync("task", "add", "asks", "--lane", "shell", "--body", asks)).Code);
        await Eventually.Async(async () => (await Kanban.RunAsync("task", "show", "main-3", "-o", "json")).Out.Contains("\"question\": \"which branch?\"", StringComparison.Ordinal));
        Assert.DoesNotContain("Stop now", (await Kanban.RunAsync("task", "show", "main-3", "-o", "json")).Out, StringComparison.Ordinal);
        Assert.Contains("Stop now", (await Kanban.RunAsync("task", "logs", "main-3")).Error, StringComparison.Ordinal);
        Assert.Equal(0, (await Kanban.RunAsync("task", "answer", "main-3", "the main one")).Code);
        Assert.Equal(0, (await Kanban.RunAsync("task", "wait", "main-3", "--timeout", "90s")).Code);
    }
}
