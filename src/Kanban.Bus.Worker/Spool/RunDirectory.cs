using System.Globalization;
using System.Text.Json;
using Kanban.Bus.Contracts;
using Kanban.Bus.Worker.Executors.Agents;
using Kanban.Bus.Worker.Shim;
using Kanban.Bus.Worker.Workspaces;

namespace Kanban.Bus.Worker.Spool;

/// <summary>One run on disk: what it was granted, what it wrote, how it ended. It stays until the board has answered its finish.</summary>
internal sealed class RunDirectory(string path, Guid runId)
{
    private string? _workspace;

    public Guid RunId => runId;
    public string Path => path;

    /// <summary>The grant, written before anything starts; it holds the run token.</summary>
    public string GrantFile => At("grant.json");

    /// <summary>How the run ended, written before the board is told.</summary>
    public string FinishFile => At("finish.json");
    public string BodyFile => At("body");
    public string BriefFile => At("brief.md");
    public string ParentsFile => At("parents.json");
    public string ResultFile => At("result.json");

    /// <summary>How the run says that it ends: written by the run, once.</summary>
    public string EndingFile => At("ending.json");

    /// <summary>What people say to it while it is at work, a line of JSON for each comment.</summary>
    public string InboxFile => At("inbox.jsonl");

    /// <summary>Touched by the run when it is at work without output.</summary>
    public string PulseFile => At("pulse");

    /// <summary>What the run writes of its requests to gateways.</summary>
    public string MetFile => At("met.jsonl");
    public string ShimFile => At("shim");

    /// <summary>Where the run's cgroup is, written before it is started; only where runs have one.</summary>
    public string CgroupFile => At("cgroup");
    public string ExitFile => At("exit");

    /// <summary>Standard input of the run: a file, or a FIFO that the worker goes on writing to; none for an empty one.</summary>
    public string InputFile => At("stdin");

    /// <summary>What the worker has read of the run's agent.</summary>
    public string AgentFile => At("agent.json");

    /// <summary>Values that are taken out of the run's output.</summary>
    public string SecretsFile => At("secrets.json");

    /// <summary>When the lease was last renewed, for the run's own watch; only where the lane's onDisconnect is stop.</summary>
    public string BeatFile => At("beat");

    /// <summary>Written by the run's own watch when it ended the run: the seconds since the lease was renewed.</summary>
    public string CutFile => At("cut");

    /// <summary>There when the run's place is its alone: the shim then holds it too.</summary>
    public string AloneFile => At("alone");

    /// <summary>A command, a word a line, by which the shim ends what the run holds outside its process tree when it ends the run without its worker.</summary>
    public string ClearFile => At("clear");

    /// <summary>Where the run works: a fresh directory here, or the place that was noted.</summary>
    public string Workspace => _workspace ??= ReadPlace()?.Path ?? OwnWorkspace;

    private string OwnWorkspace => At("workspace");

    /// <summary>The run's own home and folder for temporary files, whatever it works in.</summary>
    public string Home => At("home");
    public string Temporary => At("tmp");

    /// <summary>Where the run works, for runs that have no fresh directory.</summary>
    public string PlaceFile => At("place.json");

    public string LogFile(string stream) => At(stream);

    /// <summary>Covers the run's secrets in what is read of its output for people.</summary>
    public Func<string, string> Hide { get; set; } = text => text;

    /// <summary>Makes the directory with all a run reads.</summary>
    public void Prepare(Grant grant)
    {
        Directory.CreateDirectory(path, OwnFolder.OwnerOnly);
        foreach (var fresh in (string[])[Home, Temporary])
            Directory.CreateDirectory(fresh, OwnFolder.OwnerOnly);
        if (ReadPlace() is null)
            Directory.CreateDirectory(Workspace, OwnFolder.OwnerOnly);
        AtomicFile.Write(BodyFile, grant.Body);
        AtomicFile.Write(BriefFile, grant.Brief);
        AtomicFile.Write(ParentsFile, JsonSerializer.SerializeToUtf8Bytes(grant.Parents, WorkerJson.Client.Parents));
        foreach (var stream in LogStreams.All)
            AtomicFile.Write(LogFile(stream), []);
        // Last: a directory with a grant is complete.
        AtomicFile.Write(GrantFile, JsonSerializer.SerializeToUtf8Bytes(grant, WorkerJson.Client.Grant));
    }

    /// <summary>Null when the worker died before the directory was complete.</summary>
    /// <exception cref="JsonException">The file was damaged.</exception>
    public Grant? ReadGrant() => PlainFile.ReadAllBytes(GrantFile) is { } bytes ? JsonSerializer.Deserialize(bytes, WorkerJson.Client.Grant) : null;

    /// <summary>What is known of a run that tells nothing itself, for want of the file.</summary>
    public AgentState ReadAgent() => PlainFile.ReadAllBytes(AgentFile) is { } bytes ? JsonSerializer.Deserialize(bytes, WorkerJson.Client.AgentState) ?? new() : new();

    public void WriteAgent(AgentState state) => AtomicFile.Write(AgentFile, JsonSerializer.SerializeToUtf8Bytes(state, WorkerJson.Client.AgentState));

    public FinishItem? ReadFinish() => PlainFile.ReadAllBytes(FinishFile) is { } bytes ? JsonSerializer.Deserialize(bytes, WorkerJson.Client.FinishItem) : null;

    public void WriteFinish(FinishItem finish) => AtomicFile.Write(FinishFile, JsonSerializer.SerializeToUtf8Bytes(finish, WorkerJson.Client.FinishItem), durable: true);

    /// <summary>Null for a run with a fresh directory.</summary>
    public Place? ReadPlace() => PlainFile.ReadAllBytes(PlaceFile) is { } bytes ? JsonSerializer.Deserialize(bytes, WorkerJson.Client.Place) : null;

    public void WritePlace(Place place)
    {
        Directory.CreateDirectory(path, OwnFolder.OwnerOnly);
        AtomicFile.Write(PlaceFile, JsonSerializer.SerializeToUtf8Bytes(place, WorkerJson.Client.Place));
        _workspace = place.Path;
    }

    /// <summary>Moves what the run worked in into this directory, when nothing of the run lives. Once it is here, what lies at the place is another run's.</summary>
    public void TakeInWorkspace(Place place)
    {
        if (!Directory.Exists(OwnWorkspace))
        {
            OwnFolder.Open(place.Path);
            if (Directory.Exists(place.Path))
                Directory.Move(place.Path, OwnWorkspace);
            else
                Directory.CreateDirectory(OwnWorkspace, OwnFolder.OwnerOnly);
        }
        File.Delete(PlaceFile);
        _workspace = OwnWorkspace;
    }

    public ProcessIdentity? ReadShim() => ProcessIdentity.ReadShimFile(ShimFile);

    /// <summary>Null where runs have none.</summary>
    public RunCgroup? Cgroup => PlainFile.ReadAllText(CgroupFile) is { } noted ? RunCgroup.Of(runId, noted) : null;

    public RunCgroup CreateCgroup(string parent)
    {
        var cgroup = RunCgroup.Create(parent, runId);
        AtomicFile.Write(CgroupFile, cgroup.Path);
        return cgroup;
    }

    /// <summary>Exit status as sh counts it (128 + signal for a killed command); null while the shim has not recorded one.</summary>
    public int? ReadExit() => int.TryParse(PlainFile.ReadAllText(ExitFile), CultureInfo.InvariantCulture, out var status) ? status : null;

    /// <param name="uptimeSeconds">Of this host, at the lease's renewal.</param>
    public void WriteBeat(long uptimeSeconds)
    {
        // In place and always as long: a reader sees the old time or the new one, and a full disk can't get between.
        using var file = PlainFile.OpenWrite(BeatFile);
        RandomAccess.Write(file, System.Text.Encoding.ASCII.GetBytes($"{uptimeSeconds.ToString(CultureInfo.InvariantCulture),-15}\n"), 0);
    }

    /// <summary>Null when the run's own watch did not end it.</summary>
    public int? ReadCut() => int.TryParse(PlainFile.ReadAllText(CutFile), CultureInfo.InvariantCulture, out var seconds) ? seconds : null;

    public void Remove() => OwnFolder.Remove(path);

    private string At(string name) => System.IO.Path.Combine(path, name);
}
