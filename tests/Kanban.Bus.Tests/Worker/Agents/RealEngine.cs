using System.Formats.Tar;
using System.Globalization;
using Kanban.Bus.Worker.Executors;
using Kanban.Bus.Worker.Hosting;
using Kanban.Bus.Worker.Shim;

namespace Kanban.Bus.Tests.Worker.Agents;

/// <summary>The podman or docker of this host, with an image made of the host's static busybox. Podman keeps image and containers in a folder of this engine's own, so that nobody else's are touched.</summary>
public sealed class RealEngine : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private readonly string _folder = Directory.CreateTempSubdirectory("kanban-engine-").FullName;
    private readonly Dictionary<string, string> _environment = [];

    /// <exception cref="NotSupportedException">This host can't run a container; the message says what it lacks.</exception>
    public RealEngine()
    {
        try
        {
            Program = OnPath.Find("podman") ?? OnPath.Find("docker") ?? throw new NotSupportedException("neither podman nor docker is on the PATH");
            Image = $"kanban-test:{Path.GetFileName(_folder).ToLowerInvariant()}";
            // Defaults of podman's that a host may not grant: as many open files, and this or that runtime.
            string?[] runtimes = IsPodman ? [null, "crun", "runc"] : [null];
            string? fault = null;
            if (runtimes.Any(runtime => (fault = Try(runtime)) is null))
                return;
            throw new NotSupportedException($"{Path.GetFileName(Program)} can't run a container here: {fault}");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Why there is no such engine here; null when there is one. Then, why it can't bound a container's memory.</summary>
    public static (string? Engine, string? Memory) Lacks { get; } = Look();

    public string Program { get; } = "";

    public string Image { get; } = "";

    /// <summary>All there are, dead ones too: id and name.</summary>
    public string[] Containers => Ask("ps", "--all", "--no-trunc", "--format", "{{.Names}}").Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(n => n.StartsWith("kb-", StringComparison.Ordinal)).ToArray();

    private bool IsPodman => Path.GetFileName(Program) == "podman";

    /// <summary>Profiles <c>box</c>, <c>small</c>, which has little memory, and <c>gone</c>, whose image a test may take away.</summary>
    public void Configure(WorkerOptions worker)
    {
        foreach (var name in (string[])["box", "small", "gone"])
        {
            var profile = worker.Profiles[name] = new ProfileOptions { Executor = "container", Binary = Program, Image = Image, Arguments = { "--network=none", "--pull=never" } };
            foreach (var (variable, value) in _environment)
                profile.Environment[variable] = value;
        }
        worker.Profiles["small"].Limits.MemoryMb = 32;
    }

    public void Dispose()
    {
        if (Image.Length > 0)
        {
            if (Containers is { Length: > 0 } left)
                Ask(["rm", "--force", .. left]);
            Ask("rmi", "--force", Image);
        }
        // Without root: files of other users, and a process that holds the namespace where they are.
        if (_environment.ContainsKey("HOME"))
        {
            Ask("unshare", "rm", "-rf", Path.Combine(_folder, ".local"));
            foreach (var pause in Directory.EnumerateFiles(_folder, "pause.pid", SearchOption.AllDirectories))
                if (ProcStat.Read(int.Parse(File.ReadAllText(pause), CultureInfo.InvariantCulture)) is { } process)
                    Kernel.TrySend(process.Pid, process.StartTicks, Signal.Kill);
        }
        Directory.Delete(_folder, recursive: true);
    }

    private static (string? Engine, string? Memory) Look()
    {
        try
        {
            using var engine = new RealEngine();
            // 64 MiB, and no more where nobody ends it.
            var taking = engine.Ask("run", "--rm", "--network=none", "--memory=32m", engine.Image, "/bin/sh", "-c", "a=0123456789abcdef; for i in $(busybox seq 22); do a=$a$a; done");
            return (null, taking.Status == 137 ? null : $"{Path.GetFileName(engine.Program)} let a container of 32 MiB take 64 (exit {taking.Status}): {taking.Fault ?? taking.Error.Trim()}");
        }
        catch (NotSupportedException e)
        {
            return (e.Message, e.Message);
        }
    }

    private string? Try(string? runtime)
    {
        if (IsPodman)
            Separate(runtime);
        if (Ask("image", "inspect", Image).Status != 0 && Ask("import", Archive(), Image) is { Status: not 0 } import)
            return import.Error;
        var run = Ask("run", "--rm", "--init", "--network=none", "--memory=32m", Image, "/bin/sh", "-c", "exit 3");
        return run.Status == 3 ? null : run.Fault ?? run.Error.Trim();
    }

    private void Separate(string? runtime)
    {
        var (storage, containers) = (Path.Combine(_folder, "storage.conf"), Path.Combine(_folder, "containers.conf"));
        File.WriteAllText(storage, $"[storage]\ndriver = \"vfs\"\ngraphroot = \"{_folder}/storage\"\nrunroot = \"{_folder}/run\"\n");
        File.WriteAllText(containers, $"""
            [containers]
            default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
            [engine]
            lock_type = "file"
            tmp_dir = "{_folder}/tmp"
            {(runtime is null ? "" : $"runtime = \"{runtime}\"")}

            """);
        _environment["CONTAINERS_STORAGE_CONF"] = storage;
        _environment["CONTAINERS_CONF"] = containers;
        // Without root it heeds no other folders.
        if (Environment.UserName != "root")
            _environment["HOME"] = _environment["XDG_RUNTIME_DIR"] = _folder;
    }

    private string Archive()
    {
        var busybox = OnPath.Find("busybox") ?? throw new NotSupportedException("there is no busybox to make an image of; on Debian: apt-get install busybox-static");
        var root = Directory.CreateDirectory(Path.Combine(_folder, "root", "bin")).Parent!.FullName;
        File.Copy(busybox, Path.Combine(root, "bin", "busybox"), overwrite: true);
        foreach (var applet in (string[])["sh", "sleep", "cat", "env", "touch"])
            if (!File.Exists(Path.Combine(root, "bin", applet)))
                File.CreateSymbolicLink(Path.Combine(root, "bin", applet), "busybox");
        var archive = Path.Combine(_folder, "image.tar");
        TarFile.CreateFromDirectory(root, archive + ".new", includeBaseDirectory: false);
        File.Move(archive + ".new", archive, overwrite: true);
        return archive;
    }

    private HostProgram.Answer Ask(params string[] words) => HostProgram.AskAsync([Program, .. words], Limit, CancellationToken.None, _environment).GetAwaiter().GetResult();
}

/// <summary>Skipped, with what it lacks, where this host can't run a container.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NeedsEngineFactAttribute : FactAttribute
{
    public NeedsEngineFactAttribute() => Skip = RealEngine.Lacks.Engine;

    public bool BoundsMemory
    {
        get => Skip is null;
        set => Skip = value ? RealEngine.Lacks.Memory : RealEngine.Lacks.Engine;
    }
}
