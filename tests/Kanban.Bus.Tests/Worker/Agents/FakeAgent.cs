using Kanban.Bus.Contracts;
using Kanban.Bus.Worker.Hosting;

namespace Kanban.Bus.Tests.Worker.Agents;

/// <summary>A program that passes for an agent: writes down how it was started, plays a recorded stream, and misbehaves as the task's body says.</summary>
internal sealed class FakeAgent : IDisposable
{
    private const string Script = """
        #!/bin/bash
        at=$FAKE_FOLDER/$KANBAN_RUN_ID
        . "$KANBAN_BODY_FILE"
        printf '%s\n' "$@" >"$at.args"
        env >"$at.env"
        cat >"$at.stdin"
        ls -A >"$at.found"
        echo half >draft
        hold() { while :; do sleep 0.05; done; }
        fork() {
            (trap '' INT TERM HUP; exec setsid sh -c 'echo $$ >"$0"; exec sleep 1000' "$at.pid") >/dev/null 2>&1 &
            while [ ! -s "$at.pid" ]; do sleep 0.02; done
        }
        books() { while [ "$1" != --usage-file ]; do shift; done; printf '%s' "$2"; }
        case $FAKE_MODE in
        play) cat "$FAKE_STREAM"; exit "$FAKE_EXIT" ;;
        hang) head -n 1 "$FAKE_STREAM"; hold ;;
        stubborn) trap '' INT TERM HUP; head -n 1 "$FAKE_STREAM"; hold ;;
        polite) trap 'cat "$FAKE_STREAM"; exit 0' INT; trap 'exit 143' TERM; head -n 1 "$FAKE_STREAM"; hold ;;
        flood) exec yes '{"type":"noise"}' ;;
        fork) fork; cat "$FAKE_STREAM" ;;
        silent) exit "$FAKE_EXIT" ;;
        hermes) cat "$FAKE_STREAM" >"$(books "$@")"; echo 'The answer.'; exit "$FAKE_EXIT" ;;
        hermes-fork) fork; cat "$FAKE_STREAM" >"$(books "$@")"; echo 'The answer.' ;;
        hermes-polite) to=$(books "$@"); trap 'cat "$FAKE_STREAM" >"$to"; exit 130' INT; trap 'exit 143' TERM; echo up; hold ;;
        hermes-huge) truncate -s 3G "$(books "$@")" ;;
        esac
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("kanban-agent-").FullName;

    public FakeAgent()
    {
        File.WriteAllText(Program, Script);
        File.SetUnixFileMode(Program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public string Program => Path.Combine(_folder, "agent");

    public string Folder => _folder;

    /// <summary>The profile <c>agent</c>, with this program in the agent's place.</summary>
    public void Configure(WorkerOptions worker, string executor, Action<ProfileOptions>? more = null)
    {
        var profile = new ProfileOptions { Executor = executor, Binary = Program };
        profile.Environment["FAKE_FOLDER"] = _folder;
        more?.Invoke(profile);
        worker.Profiles["agent"] = profile;
    }

    public static Grant Grant(string mode, string stream = "/dev/null", int exit = 0, RunLimits? limits = null, string? session = null, int task = 7)
    {
        var grant = WorkerHarness.Grant($"FAKE_MODE={mode}\nFAKE_STREAM='{stream}'\nFAKE_EXIT={exit}\n", limits ?? new RunLimits(null, null, 1, OnDisconnect.Continue));
        return grant with { TaskKey = $"main-{task}", Profile = "agent", Brief = "# The brief\n", Session = session };
    }

    public string[] Arguments(Guid run) => File.ReadAllLines(Path.Combine(_folder, $"{run}.args"));

    public string Input(Guid run) => File.ReadAllText(Path.Combine(_folder, $"{run}.stdin"));

    /// <summary>What lay in its workspace when it began.</summary>
    public string Found(Guid run) => File.ReadAllText(Path.Combine(_folder, $"{run}.found"));

    public bool HasStarted(Guid run) => File.Exists(Path.Combine(_folder, $"{run}.found"));

    public string? Variable(Guid run, string name) =>
        File.ReadAllLines(Path.Combine(_folder, $"{run}.env")).FirstOrDefault(l => l.StartsWith(name + "=", StringComparison.Ordinal))?[(name.Length + 1)..];

    public int Forked(Guid run) => int.Parse(File.ReadAllText(Path.Combine(_folder, $"{run}.pid")), System.Globalization.CultureInfo.InvariantCulture);

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
