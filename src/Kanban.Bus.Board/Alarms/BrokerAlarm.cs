using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Kanban.Bus.Board.Alarms;

/// <summary>Raises the alarm of a broker that stays away or takes no messages: one, however many replicas and lanes meet it.</summary>
/// <remarks>
/// What a connection knows is in no row, so each replica that meets it says so in the alarm's row again and again. It is over when none has for a while:
/// neither a replica that sees the broker while another does not clears it, nor a broker that is back for a moment.
/// </remarks>
public sealed class BrokerAlarm(
    BrokerConnection broker, IServiceScopeFactory scopes, BoardReadiness readiness, IOptions<TransportOptions> options, TimeProvider clock, ILogger<BrokerAlarm> log) : BackgroundService
{
    public const string Subject = "broker";

    /// <summary>How long nobody has met it until it is over.</summary>
    public static readonly TimeSpan Calm = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan Between = Calm / 5;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await readiness.WaitAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (broker.Trouble is { } trouble)
                    await MeetAsync(trouble, stoppingToken);
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                log.NotSaid(error.Message);
            }
            await Task.Delay(Between, clock, stoppingToken);
        }
    }

    /// <summary>An open alarm is kept open, be it by trouble that is young; only what lasts raises one.</summary>
    internal async Task MeetAsync(BrokerTrouble trouble, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<BoardDbContext>();
        await db.InTransactionAsync(async () =>
        {
            var now = await db.NowAsync(ct);
            var open = await db.Alarms.Where(a => a.Kind == AlarmKind.BrokerAway && a.Subject == Subject && a.ClearedAt == null)
                .ExecuteUpdateAsync(set => set.SetProperty(a => a.LastSeenAt, now).SetProperty(a => a.Reason, trouble.Sentence), ct);
            if (open == 0 && clock.GetUtcNow() - trouble.Since >= options.Value.AlarmAfter)
                await db.RaiseAlarmAsync(AlarmKind.BrokerAway, Subject, trouble.Sentence, now, ct);
        }, ct);
    }

    /// <summary>Also while this replica meets it: it may have been away itself for longer than the last word of it.</summary>
    internal static async Task<List<string>> StillAsync(IServiceProvider scope, BoardDbContext db, IReadOnlyList<Alarm> open, CancellationToken ct)
    {
        var now = await db.NowAsync(ct);
        return [.. open.Where(a => now - a.LastSeenAt < Calm || scope.GetService<BrokerConnection>()?.Trouble is not null).Select(a => a.Subject)];
    }
}

internal static partial class BrokerAlarmLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "The alarm of a broker that is away was not written: {Reason}")]
    public static partial void NotSaid(this ILogger<BrokerAlarm> log, string reason);
}
