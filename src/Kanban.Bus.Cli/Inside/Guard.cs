using System.CommandLine;
using System.ComponentModel;
using System.Diagnostics;
using Kanban.Bus.Cli.Client;
using Kanban.Bus.Cli.Printing;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Cli.Inside;

/// <summary><c>kanban guard [-- COMMAND…]</c>: whether this run may still act, asked before an effect on the outside world.</summary>
/// <remarks>It narrows the gap between the look and the effect; it can't close it. What must not happen twice checks the fencing token itself, where the effect is.</remarks>
internal static class Guard
{
    private const int NotFound = 127;

    public static Columns<RunLease> Columns { get; } = new(
        lease => lease.TaskKey,
        new("KEY", lease => lease.TaskKey),
        new("TOKEN", lease => $"{lease.FencingToken}"),
        new("EXPIRES", lease => Times.Iso(lease.ExpiresAt)),
        new("STOPPING", lease => lease.Stopping ? "yes" : "no"),
        new("UNSEEN", lease => $"{lease.Unseen}"));

    public static Command Build(App app)
    {
        var command = new Command("guard", "Inside a run: exit code 0 only if it may still act; 5 when another run has taken over or it was asked to stop, 6 when the board can't say")
        {
            TreatUnmatchedTokensAsErrors = false,
        };
        command.Description += ". With -- COMMAND it runs that, only then, and ends as it does";
        return app.On(command, async (call, ct) =>
        {
            var lease = await AskAsync(call.RunBoard, call.Run, ct);
            if (call.Rest.Count > 0)
                return await CarryOutAsync(call, ct);
            call.Output.One(lease, Columns, Sentence);
            return ExitCode.Ok;
        });
    }

    public static string Sentence(RunLease lease) =>
        $"{lease.TaskKey}: the lease is live with token {lease.FencingToken}{(lease.Stopping ? $"; the run was asked to stop: {lease.Reason}" : "")}{(lease.Unseen > 0 ? $"; {lease.Unseen} unread comments ('kanban inbox')" : "")}.";

    /// <exception cref="BoardRefusalException">The lease is lost, or the run was asked to stop.</exception>
    public static async Task<RunLease> AskAsync(BoardClient board, InRun run, CancellationToken ct)
    {
        var lease = await board.LeaseAsync(run, ct);
        if (lease.FencingToken != run.FencingToken || lease.RunId != run.RunId)
            throw new BoardRefusalException(System.Net.HttpStatusCode.Conflict, "lease-lost", $"This run's fencing token is {run.FencingToken}, and the lease's is {lease.FencingToken}: it may not act.", []);
        return lease.Stopping
            ? throw new BoardRefusalException(System.Net.HttpStatusCode.Conflict, "stopping", $"This run of {lease.TaskKey} was asked to stop ({lease.Reason}): it may not act.", [])
            : lease;
    }

    private static async Task<int> CarryOutAsync(Call call, CancellationToken ct)
    {
        var start = new ProcessStartInfo(call.Rest[0]) { UseShellExecute = false };
        foreach (var word in call.Rest.Skip(1))
            start.ArgumentList.Add(word);
        try
        {
            using var process = Process.Start(start)!;
            // Signals that reach the run reach the command as well; this only waits for its end.
            await process.WaitForExitAsync(CancellationToken.None);
            ct.ThrowIfCancellationRequested();
            return process.ExitCode;
        }
        catch (Win32Exception e)
        {
            call.Output.Note($"kanban: {call.Rest[0]} can't be started: {e.Message}");
            return NotFound;
        }
    }
}
