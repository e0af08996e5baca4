using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;
using Kanban.Bus.Worker.Hosting;
using Kanban.Bus.Worker.Shim;

namespace Kanban.Bus.Tests.Worker;

/// <summary>What one run may take of its host: memory, processes, disk.</summary>
public sealed class RunQuotaTests
{
    private static readonly RunLimits ShortGrace = new(null, null, 1, OnDisconnect.Continue);

    // In the shell itself, so that no process comes and goes beside it.
    private const string Memory = "s=$(head -c 4000000 /dev/zero | tr '\\0' z); i=0; while [ $i -lt 30 ]; do i=$((i+1)); eval \"v$i=\\$s\"; done; echo full; while :; do sleep 0.2; done";
    private const string Processes = "for i in 1 2 3 4 5 6 7 8 9 10 11 12; do sleep 1000 & done 2>/dev/null; echo many; wait";
    private const string Disk = "mkdir -p out; head -c 3000000 /dev/zero >out/big; ln out/big out/again; truncate -s 1G out/hole; echo written; while :; do sleep 0.2; done";

    public static TheoryData<Containment> Ways => new(new[] { Containment.Cgroup, Containment.Scan }.Where(w => w == Containment.Scan || ContainmentProbe.Find(Containment.Auto).By == w));

    [Theory, MemberData(nameof(Ways))]
    public async Task A_run_that_takes_too_much_is_ended_and_its_end_says_of_what(Containment way)
    {
        var lines = new LogLines();
        await using var worker = await StartAsync(way, lines);

        var memory = await worker.OfferAsync(Grant(Memory, "memory"));
        var processes = await worker.OfferAsync(Grant(Processes, "processes"));
        var disk = await worker.OfferAsync(Grant(Disk, "disk"));

        await EndsAsync(worker, memory, "took more than 40 MiB of memory");
        await EndsAsync(worker, processes, "took more than 10 processes and threads");
        await EndsAsync(worker, disk, "took more than 2 MiB of disk");
        if (KernelLimits.Find(ContainmentProbe.Find(way).Cgroups, look: true) is { Lacks.Length: > 0 } held)
            Assert.Contains(lines.All, l => l.Contains("the worker looks at them once a second: " + held.Lacks, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_shared_sparse_or_of_two_names_counts_once_and_a_dir_of_the_host_not_at_all()
    {
        var host = Directory.CreateTempSubdirectory("kanban-quota-");
        await File.WriteAllBytesAsync(Path.Combine(host.FullName, "theirs"), new byte[5_000_000]);
        await using var worker = await StartAsync(Containment.Scan, profile: p =>
        {
            p.Workspaces.AddRange(["scratch", "dir"]);
            p.WorkspaceRoot = host.FullName;
        });

        // Each is some way below its limit as it should be counted, and above it otherwise; and lives for longer than two looks at the disk.
        var small = "truncate -s 1G hole; head -c 1500000 /dev/zero >big; ln big again; i=0; while [ $i -lt 24 ]; do i=$((i+1)); sleep 0.25; done";
        var scratch = worker.RunAsync(Grant(small, "disk"));
        var dir = worker.RunAsync(Grant("i=0; while [ $i -lt 24 ]; do i=$((i+1)); sleep 0.25; done", "disk") with { Workspace = "dir:" + host.FullName });
        var forked = worker.RunAsync(Grant("s=$(head -c 4000000 /dev/zero | tr '\\0' z); for i in 1 2 3 4 5 6; do (sleep 3; :) & done; wait", "memory"));

        foreach (var finish in new[] { await scratch, await dir, await forked })
            Assert.Equal((Outcome.Succeeded, null), (finish.Outcome, finish.Reason));
        host.Delete(recursive: true);
    }

    /// <summary>A plain folder takes what a cgroup's files are told.</summary>
    [Fact]
    public void Where_controllers_are_handed_on_the_kernel_is_told_the_limits_and_asked_what_it_did()
    {
        var parent = Directory.CreateTempSubdirectory("kanban-cgroups-");
        string At(params string[] names) => Path.Combine([parent.FullName, .. names]);
        File.WriteAllText(At("cgroup.controllers"), "cpu memory pids\n");
        File.WriteAllText(At("cgroup.subtree_control"), "");
        var cgroup = RunCgroup.Create(parent.FullName, Guid.CreateVersion7());
        foreach (var file in (string[])["memory.max", "memory.oom.group", "pids.max"])
            File.WriteAllText(Path.Combine(cgroup.Path, file), "max\n");
        File.WriteAllText(Path.Combine(cgroup.Path, "memory.events"), "low 0\noom 3\noom_kill 2\n");

        var limits = KernelLimits.Find(parent.FullName);
        limits.Put(cgroup, new ProfileLimits { MemoryMb = 512, Processes = 64 });

        Assert.Equal((true, true, ""), (limits.Memory, limits.Processes, limits.Lacks));
        Assert.Equal("+memory +pids", File.ReadAllText(At("cgroup.subtree_control")));
        Assert.Equal(("536870912", "1", "64"), (cgroup.Read("memory.max"), cgroup.Read("memory.oom.group"), cgroup.Read("pids.max")));
        // This kernel knows no swap for cgroups.
        Assert.False(File.Exists(Path.Combine(cgroup.Path, "memory.swap.max")));
        Assert.Equal((2, 0), (cgroup.Count("memory.events", "oom_kill"), cgroup.Count("pids.events", "max")));
        File.WriteAllText(At("cgroup.controllers"), "pids\n");
        File.WriteAllText(At("cgroup.subtree_control"), "pids");
        Assert.Equal($"{parent.FullName} was given no controller memory", KernelLimits.Find(parent.FullName).Lacks);
        parent.Delete(recursive: true);
    }

    private static Task<WorkerHarness> StartAsync(Containment way, LogLines? lines = null, Action<ProfileOptions>? profile = null) => WorkerHarness.StartAsync(o =>
    {
        o.Containment = way;
        o.Profiles["memory"] = new ProfileOptions { Limits = { MemoryMb = 40 } };
        o.Profiles["processes"] = new ProfileOptions { Limits = { Processes = 10 } };
        o.Profiles["disk"] = new ProfileOptions { Limits = { DiskMb = 2 } };
        foreach (var made in o.Profiles.Values)
            profile?.Invoke(made);
    }, loggers: lines);

    private static Grant Grant(string body, string profile) => WorkerHarness.Grant(body, ShortGrace) with { Profile = profile };

    private static async Task EndsAsync(WorkerHarness worker, Guid run, string reason)
    {
        var finish = await worker.FinishAsync(run);
        Assert.True(finish.Outcome is Outcome.Failed && finish.Class is ErrorClass.Task && finish.Reason!.Contains(reason["took ".Length..], StringComparison.Ordinal), $"{finish.Outcome} {finish.Class} {finish.Reason}");
    }
}
