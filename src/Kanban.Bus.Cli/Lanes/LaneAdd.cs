using System.CommandLine;
using Kanban.Bus.Cli.Pools;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Cli.Lanes;

/// <summary><c>kanban lane add NAME</c></summary>
internal static class LaneAdd
{
    public static Command Build(App app)
    {
        var name = new Argument<string>("NAME") { Description = "Lower-case letters, digits and hyphens, at most 40" };
        var cap = Options.Number("--max-active", "Most offered and running runs at one time; without it the workers' slots are the cap");
        var profile = Options.Text("--profile", "The profile, defined on each worker's host, that carries out its work; shell unless told", "NAME");
        var retry = Options.Word<RetryMode>("--retry", "After a failed or lost run: again by itself, blocked until a person says retry, or failed");
        var attempts = Options.Number("--max-attempts", "Runs of one task before it is set aside; 3 unless told");
        var backoff = Options.Seconds("--backoff", "Before the second attempt; it doubles with each further one; 5s unless told");
        var runtime = Options.Seconds("--max-runtime", "A run is stopped after this");
        var silence = Options.Seconds("--silence", "A run that writes nothing for this long is stopped");
        var grace = Options.Seconds("--grace", "Between TERM and KILL; 10s unless told");
        var disconnect = Options.Word<OnDisconnect>("--on-disconnect", "What a worker does with its runs while it can't reach the board");
        var draws = Units.Option("--draw", "Units that each of its runs draws of a pool", "POOL=UNITS");
        var artifacts = Options.Many("--artifact", "Files that the board keeps of a workspace when a run has ended: report.md, out/**; may be given again", "PATTERN");
        var children = Options.Many("--child-lane", "A lane in which its runs may make children; may be given again; any lane unless told", "LANE");
        var windows = Windows.Option();
        var hold = Options.YesNo("--hold-before-close", "What would not end before a window closes, by its --max-runtime or the lane's last runs, waits for the next opening");
        var workspace = Options.Text("--workspace", "Where its runs work unless their task says otherwise: scratch, dir:PATH or worktree:REPOSITORY, as the profile on the worker's host allows; scratch unless told", "WHERE");
        cap.Aliases.Add("--cap");
        var command = new Command("add", "Make a lane") { name, cap, profile, retry, attempts, backoff, runtime, silence, grace, disconnect, draws, artifacts, children, windows, hold, workspace };
        command.Aliases.Add("create");
        var failures = new FailureOptions(command, "");
        return app.On(command, async (call, ct) =>
        {
            var lane = await call.Board.AddLaneAsync(
                failures.Of(new CreateLane(
                    call.Get(name), call.Get(cap), call.Get(profile), call.Get(retry), call.Get(attempts),
                    call.Get(runtime), call.Get(silence), call.Get(grace), call.Get(disconnect), call.Get(backoff),
                    Units.Of("--draw", call.Get(draws)!), Windows: Windows.Of(call.Get(windows)!), HoldBeforeClose: call.Get(hold), Workspace: call.Get(workspace),
                    Artifacts: Options.Given(call.Get(artifacts)!), ChildLanes: Options.Given(call.Get(children)!)), call),
                ct);
            call.Output.One(lane, LaneColumns.All, LaneColumns.Sentence);
            return ExitCode.Ok;
        });
    }
}
