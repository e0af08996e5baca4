using System.CommandLine;
using System.Globalization;
using Kanban.Bus.Cli.Printing;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Cli.Ops;

/// <summary><c>kanban simulate --set pool.vllm-a=4 --since 24h</c></summary>
internal static class SimulateCommand
{
    private sealed record Line(string What, string Waits, string Now, string Proposed, string Difference);

    private static readonly Columns<Line> Lines = new(
        line => line.What,
        new("WHAT", line => line.What),
        new("FIGURE", line => line.Waits),
        new("NOW", line => line.Now),
        new("PROPOSED", line => line.Proposed),
        new("DIFFERENCE", line => line.Difference));

    public static Command Build(App app)
    {
        var set = Options.Many("--set", "What is to be other: pool.NAME=4, lane.NAME=none, host.NAME=3, all=40, lane.NAME.window='22:00-06:00'; may be given again", "CAP=VALUE");
        set.Validators.Add(result =>
        {
            foreach (var given in result.Tokens.Where(t => !t.Value.Contains('=', StringComparison.Ordinal)))
                result.AddError($"--set takes CAP=VALUE such as pool.vllm-a=4; not '{given.Value}'.");
            foreach (var twice in result.Tokens.GroupBy(t => t.Value.Split('=')[0]).Where(same => same.Count() > 1))
                result.AddError($"--set names {twice.Key} twice; say it once.");
        });
        var since = Options.Seconds("--since", "How far back arrivals are taken from, 24h unless told");
        return app.On(new Command("simulate", "Replay what arrived lately against other caps; nothing is changed") { set, since }, async (call, ct) =>
        {
            var asked = (call.Get(set) ?? []).Select(s => s.Split('=', 2)).ToDictionary(s => s[0], s => s[1]);
            var view = await call.Board.SimulateAsync(new Simulate(asked, call.Get(since)), ct);
            if (call.Output.Format is Format.Json)
            {
                call.Output.Json(view);
                return ExitCode.Ok;
            }

            call.Output.List(Table(view).ToList(), Lines, "Nothing arrived.");
            call.Output.Note(string.Create(CultureInfo.InvariantCulture, $"{view.Runs} runs since {view.Since:yyyy-MM-dd HH:mm} UTC. In truth they waited {Seconds(view.Recorded.P50Seconds)} (half) and {Seconds(view.Recorded.P95Seconds)} (95 %)."));
            foreach (var note in view.Notes)
                call.Output.Note(note + ".");
            return ExitCode.Ok;
        });
    }

    private static IEnumerable<Line> Table(SimulationView view)
    {
        foreach (var line in Waits("all lanes", view.Now.Waits, view.Proposed.Waits))
            yield return line;
        foreach (var lane in view.Now.Lanes)
            foreach (var line in Waits($"lane {lane.Lane}", lane.Waits, view.Proposed.Lanes.FirstOrDefault(l => l.Lane == lane.Lane)?.Waits ?? lane.Waits))
                yield return line;
        foreach (var cap in view.Now.Caps.Concat(view.Proposed.Caps).Select(c => c.Cap).Distinct())
        {
            var (now, proposed) = (view.Now.Caps.FirstOrDefault(c => c.Cap == cap), view.Proposed.Caps.FirstOrDefault(c => c.Cap == cap));
            yield return new(cap, "mean used of limit", Used(now), Used(proposed), "");
            yield return Percent(cap, "full", now?.FullPercent, proposed?.FullPercent);
        }
    }

    private static IEnumerable<Line> Waits(string what, WaitsView now, WaitsView proposed)
    {
        yield return Time(what, "wait p50", now.P50Seconds, proposed.P50Seconds);
        yield return Time(what, "wait p95", now.P95Seconds, proposed.P95Seconds);
        yield return Count(what, "starved", now.Starved, proposed.Starved);
        if (now.NeverStarted + proposed.NeverStarted > 0)
            yield return Count(what, "never started", now.NeverStarted, proposed.NeverStarted);
    }

    private static Line Time(string what, string figure, double? now, double? proposed) =>
        new(what, figure, Seconds(now), Seconds(proposed), now is null || proposed is null ? "" : (proposed < now ? "-" : "+") + Seconds(Math.Abs(proposed.Value - now.Value)));

    private static Line Count(string what, string figure, int now, int proposed) =>
        new(what, figure, now.ToString(CultureInfo.InvariantCulture), proposed.ToString(CultureInfo.InvariantCulture), (proposed - now).ToString("+0;-0;0", CultureInfo.InvariantCulture));

    private static Line Percent(string what, string figure, double? now, double? proposed) => new(
        what, figure, now is null ? "-" : string.Create(CultureInfo.InvariantCulture, $"{now:0.#} %"), proposed is null ? "-" : string.Create(CultureInfo.InvariantCulture, $"{proposed:0.#} %"),
        now is null || proposed is null ? "" : (proposed - now).Value.ToString("+0.#;-0.#;0", CultureInfo.InvariantCulture));

    private static string Used(CapReplayView? cap) => cap is null ? "-" : string.Create(CultureInfo.InvariantCulture, $"{cap.MeanUsed:0.##} of {(cap.Limit is { } limit ? limit : "-")}");

    private static string Seconds(double? seconds) => seconds switch
    {
        null => "-",
        < 120 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.#} s"),
        < 7200 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 60:0.#} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600:0.#} h"),
    };
}
