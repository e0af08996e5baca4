using Kanban.Bus.Worker.Executors.Agents;

namespace Kanban.Bus.Tests.Worker.Agents;

/// <summary>How long the sessions of agents stay on a host.</summary>
public sealed class AgentHomesTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
    private readonly string _folder = Directory.CreateTempSubdirectory("kanban-homes-").FullName;

    [Fact]
    public void What_no_run_has_used_for_two_weeks_goes_and_what_one_works_with_stays()
    {
        var homes = new AgentHomes(_folder);
        var (old, young, held, again) = (Make(homes, 1, 15), Make(homes, 2, 13), Make(homes, 3, 40), Make(homes, 4, 15));
        homes.Use(again, Now);

        Assert.Equal("", homes.Sweep(Now, [WorkerHarness.Grant("") with { TaskKey = "main-3" }]));

        Assert.Equal([young, held, again], Directory.GetDirectories(Path.Combine(_folder, "agents")).Order(StringComparer.Ordinal));
        Assert.False(Directory.Exists(old));
    }

    [Fact]
    public void A_removal_that_was_cut_short_is_gone_on_with()
    {
        var homes = new AgentHomes(_folder);
        Directory.Move(Make(homes, 1, 15), Path.Combine(_folder, "agents", ".going-main-1.shell"));
        Make(homes, 1, 15);

        Assert.Equal("", homes.Sweep(Now, []));

        Assert.Empty(Directory.GetDirectories(Path.Combine(_folder, "agents")));
    }

    [Fact]
    public async Task A_worker_sweeps_when_it_has_taken_its_runs_up()
    {
        await using var worker = await WorkerHarness.StartAsync();
        var old = new AgentHomes(worker.Home).For("main-1", "shell");
        Directory.CreateDirectory(old);
        Directory.SetLastWriteTimeUtc(old, TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(-15));
        await worker.AbandonWorkerAsync();

        await worker.StartWorkerAsync();

        await Harness.Eventually.Async(() => !Directory.Exists(old));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string Make(AgentHomes homes, int task, int days)
    {
        var folder = homes.For($"main-{task}", "shell");
        Directory.CreateDirectory(Path.Combine(folder, "claude"));
        File.WriteAllText(Path.Combine(folder, "claude", "session"), "words");
        Directory.SetLastWriteTimeUtc(folder, Now.UtcDateTime.AddDays(-days));
        return folder;
    }
}
