using Kanban.Bus.Contracts;
using Kanban.Bus.Worker.Board;
using Kanban.Bus.Worker.Runs;
using Kanban.Bus.Worker.Shim;
using Kanban.Bus.Worker.Spool;
using Microsoft.Extensions.Logging;

namespace Kanban.Bus.Worker.Hosting;

/// <summary>Says who this worker is until the board accepts it. A refusal is tried again as well: its cause (a token, a lane, an older board) is put right on the other side.</summary>
internal sealed class Registration(WorkerOptions options, BoardApi board, HeldRuns held, RunSpool spool, TimeProvider clock, ILogger log)
{
    private static readonly string Version = typeof(Registration).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";

    /// <summary>Capabilities that were found on the host, beside those of the settings.</summary>
    public IReadOnlyList<string> Found { get; set; } = [];

    public async Task<Registered> RegisterAsync(CancellationToken ct)
    {
        var backoff = new Backoff(clock, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));
        // A worker that lost its state directory meets its own shadow, for a lease at most.
        var shadow = new Backoff(clock, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10));
        var since = clock.GetUtcNow();
        while (true)
        {
            var wait = backoff;
            try
            {
                var me = new RegisterWorker(
                    options.Id, options.Host, options.Lanes, [.. options.Capabilities.Concat(Found).Distinct(StringComparer.Ordinal)], [.. options.Profiles.Keys],
                    Version, WorkerProtocol.Version, held.Names(), Environment.ProcessId, ProcessIdentity.CurrentBootId, spool.Instance,
                    WorkerProtocol.Oldest);
                var session = await board.RegisterAsync(me, await TokenAsync(ct), ct);
                if (session.Protocol is < WorkerProtocol.Oldest or > WorkerProtocol.Version)
                    throw new ProtocolRefusedException($"the board speaks worker protocol {session.Protocol}, this worker ({Version}) {WorkerProtocol.Oldest} to {WorkerProtocol.Version}: upgrade the older of the two");
                board.SessionToken = session.SessionToken;
                return session;
            }
            catch (BoardAwayException e)
            {
                log.WaitsForBoard(options.Id, board.Address, since, e.Message);
            }
            catch (Exception e) when (e is TokenRefusedException or BoardRefusedException or ProtocolRefusedException or SessionSupersededException or IOException or UnauthorizedAccessException)
            {
                log.NotAccepted(options.Id, board.Address, since, e.Message);
                if (e is BoardRefusedException { Code: "worker-id-in-use" })
                    wait = shadow;
            }
            await wait.WaitAsync(ct);
        }
    }

    private async Task<string> TokenAsync(CancellationToken ct)
    {
        if (options.TokenFile is { Length: > 0 } file)
            return (await File.ReadAllTextAsync(file, ct)).Trim();
        return options.Token is { Length: > 0 } token ? token.Trim() : throw new IOException("no worker token is set: give Worker:TokenFile or Worker:Token");
    }
}
