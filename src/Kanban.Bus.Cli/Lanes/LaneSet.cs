using System.CommandLine;
using System.Text.Json.Nodes;
using Kanban.Bus.Cli.Pools;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Cli.Lanes;

/// <summary><c>kanban lane set NAME</c>: what is not named stays, <c>none</c> clears.</summary>
internal static class LaneSet
{
    public static Command Build(App app)
    {
        var name = new Argument<string>("NAME") { Description = "The lane" };
        var cap = Options.NumberOrNone("--max-active", "Most offered and running runs at one time");
        var profile = Options.Text("--profile", "The profile, defined on each worker's host, that carries out its work", "NAME");
        var retry = Options.Word<RetryMode>("--retry", "After a failed or lost run");
        var attempts = Options.Number("--max-attempts", "Runs of one task before it is set aside");
        var backoff = Options.Seconds("--backoff", "Before the second attempt; it doubles with each further one");
        var runtime = Options.LengthOrNone("--max-runtime", "A run is stopped after this");
        var silence = Options.LengthOrNone("--silence", "A run that writes nothing for this long is stopped");
        var grace = Options.Seconds("--grace", "Between TERM and KILL");
        var disconnect = Options.Word<OnDisconnect>("--on-disconnect", "What a worker does with its runs while it can't reach the board");
        var draws = Units.Option("--draw", "Units that each of its runs draws of a pool, none for none", "POOL=UNITS");
        var artifacts = Options.Many("--artifact", "All files that the board keeps of a workspace when a run has ended (report.md, out/**), given again for each; none for none", "PATTERN");
        var children = Options.Many("--child-lane", "All lanes in which its runs may make children, given again for each; none for any lane", "LANE");
        var windows = Windows.OptionToSet();
        var hold = Options.YesNo("--hold-before-close", "What would not end before a window closes, by its --max-runtime or the lane's last runs, waits for the next opening");
        var workspace = Options.OrNone("--workspace", "Where its runs work unless their task says otherwise: scratch, dir:PATH or worktree:REPOSITORY", "WHERE", text => JsonValue.Create(text), "a workspace");
        var reason = Options.Text("--reason", "Why; kept in the history", "TEXT", "-r");
        cap.Aliases.Add("--cap");
        var command = new Command("set", "Change a lane") { name, cap, profile, retry, attempts, backoff, runtime, silence, grace, disconnect, draws, artifacts, children, windows, hold, workspace, reason };
        var failures = new FailureOptions(command, ", none for the default");
        return app.On(command, async (call, ct) =>
        {
            var patch = new JsonObject();
            patch.Put("maxActive", call.Get(cap));
            patch.Put("profile", call.Get(profile));
            patch.Put("retry", call.Get(retry) is { } mode ? Words.Of(mode) : null);
            patch.Put("maxAttempts", call.Get(attempts));
            patch.Put("backoffSeconds", call.Get(backoff));
            patch.Put("maxRuntimeSeconds", call.Get(runtime));
            patch.Put("silenceSeconds", call.Get(silence));
            patch.Put("graceSeconds", call.Get(grace));
            patch.Put("onDisconnect", call.Get(disconnect) is { } way ? Words.Of(way) : null);
            patch.Put("draws", Units.Patch("--draw", call.Get(draws)!));
            patch.Put("artifacts", Options.Set("--artifact", call.Get(artifacts)!));
            patch.Put("childLanes", Options.Set("--child-lane", call.Get(children)!));
            failures.Put(patch, call);
            patch.Put("windows", Windows.Patch(call.Get(windows)!));
            patch.Put("holdBeforeClose", call.Get(hold));
            patch.Put("workspace", call.Get(workspace));
            patch.OrRefuse("name what should be, such as --max-active 4.").Put("reason", call.Get(reason));
            var lane = await call.Board.EditLaneAsync(call.Get(name), patch, ct);
            call.Output.One(lane, LaneColumns.All, LaneColumns.Sentence);
            return ExitCode.Ok;
        });
    }
}
