using System.CommandLine;
using System.Globalization;
using Kanban.Bus.Cli.Printing;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Cli.Ops;

/// <summary><c>kanban ops check</c>: exit code 1 when something does not add up.</summary>
internal static class Check
{
    private static readonly Columns<CapView> Caps = new(
        cap => cap.Cap,
        new("CAP", cap => cap.Cap),
        new("STATE", cap => cap.Paused ? "paused" : cap.Over ? "over" : cap.Used >= cap.Limit ? "full" : "open"),
        new("USED", cap => $"{cap.Used}"),
        new("LIMIT", cap => cap.Limit?.ToString(CultureInfo.InvariantCulture) ?? "-", cap => $"{cap.Limit}"),
        new("FROM", cap => Words.Of(cap.Source)),
        new("OFFERED", cap => $"{cap.Offered}"));

    public static Command Build(App app) => app.On(new Command("check", "Check that what every cap counts is what live runs draw"), async (call, ct) =>
    {
        var ledger = await call.Board.LedgerAsync(ct);
        if (call.Output.Format is Format.Json)
            call.Output.Json(ledger);
        else
            call.Output.List(ledger.Caps, Caps, "Nothing is capped.");
        foreach (var fault in ledger.Faults)
            call.Output.Note(fault);
        return ledger.Faults.Count == 0 ? ExitCode.Ok : ExitCode.Failed;
    });
}
