using System.CommandLine;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Cli.Order;

/// <summary><c>kanban order show</c></summary>
internal static class OrderShow
{
    public static Command Build(App app) => app.On(new Command("show", "Show by what ready tasks are ordered, and what is kept for whom"), async (call, ct) =>
    {
        Print(call, await call.Board.OrderAsync(ct));
        return ExitCode.Ok;
    });

    internal static void Print(Call call, OrderView order) => call.Output.Fields(order, order.FairBetween,
    [
        ("a point of priority", $"{Times.Text(order.AgeingStepSeconds)} of waiting"),
        ("fair between", order.FairBetween),
        ("shares", string.Join(", ", order.Shares.Select(s => $"{s.Key}: weight {s.Weight}, {s.Active} active"))),
        ("kept after", Times.Text(order.ReserveAfterSeconds)),
        ("kept", string.Join(", ", order.Reservations.Select(r => $"{r.Units} of {r.Cap} for {r.TaskKey}"))),
        ("passes", $"{order.Passes.Count}: median {order.Passes.MedianMs} ms, p99 {order.Passes.P99Ms} ms, longest {order.Passes.LongestMs} ms"),
    ]);
}
