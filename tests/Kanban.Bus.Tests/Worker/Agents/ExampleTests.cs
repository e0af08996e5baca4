using System.Text;
using System.Text.Json;
using Kanban.Bus.Contracts;
using Kanban.Bus.Worker.Executors;
using Kanban.Bus.Worker.Hosting;

namespace Kanban.Bus.Tests.Worker.Agents;

/// <summary>The programs of docs/examples do what the page says, by configuration alone.</summary>
public sealed class ExampleTests
{
    [NeedsPythonTheory]
    [InlineData("python3", "lane.py")]
    [InlineData("bash", "lane.sh")]
    public async Task A_program_of_ones_own_reports_events_and_a_result(string interpreter, string file)
    {
        await using var worker = await WorkerHarness.StartAsync(o => Configure(o, interpreter, file));

        var finish = await worker.RunAsync(WorkerHarness.Grant("") with { Profile = "mine", Brief = "# one two three\n" });

        Assert.Equal((Outcome.Succeeded, "Counted 4 words."), (finish.Outcome, finish.Summary));
        Assert.Equal(4, finish.Metadata!.Value.GetProperty("words").GetInt32());
        var events = Encoding.UTF8.GetString(worker.Board.Log(finish.RunId, "events")).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(l => JsonSerializer.Deserialize<AgentEvent>(l, Json.Client)!.Event).ToList();
        Assert.Equal((AgentEvents.RunStarted, AgentEvents.RunFinished), (events[0], events[^1]));
    }

    [NeedsPythonFact]
    public async Task It_may_ask_a_person_and_goes_on_with_its_session()
    {
        await using var worker = await WorkerHarness.StartAsync(o => Configure(o, "python3", "lane.py"));

        var asking = await worker.RunAsync(WorkerHarness.Grant("") with { Profile = "mine", Brief = "choose which\n" });
        var resumed = await worker.RunAsync(WorkerHarness.Grant("") with { Profile = "mine", Brief = "which? The second.\n", Session = asking.Session });

        Assert.Equal((Outcome.Blocked, "Which one? Answer in a comment.", $"lane-{asking.RunId}"), (asking.Outcome, asking.Reason, asking.Session));
        Assert.Equal((Outcome.Succeeded, asking.Session), (resumed.Outcome, resumed.Session));
    }

    private static void Configure(WorkerOptions worker, string interpreter, string file)
    {
        // Python may live wherever this machine has it.
        var profile = new ProfileOptions { PassEnvironment = { "PATH", "PYENV_ROOT" } };
        profile.Command.Add(interpreter);
        profile.Command.Add(Path.Combine(Root(), "docs", "examples", file));
        worker.Profiles["mine"] = profile;
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Kanban.Bus.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("The solution's folder was not found above the tests.");
    }
}

/// <summary>Skipped, and says so, where there is no Python.</summary>
internal sealed class NeedsPythonFactAttribute : FactAttribute
{
    public NeedsPythonFactAttribute() => Skip = NeedsPython.Lacks;
}

/// <inheritdoc cref="NeedsPythonFactAttribute"/>
internal sealed class NeedsPythonTheoryAttribute : TheoryAttribute
{
    public NeedsPythonTheoryAttribute() => Skip = NeedsPython.Lacks;
}

internal static class NeedsPython
{
    public static readonly string? Lacks = OnPath.Find("python3") is null ? "python3 is missing; on Debian: apt-get install python3" : null;
}
