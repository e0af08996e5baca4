using System.Collections.Concurrent;

namespace Kanban.Bus.Board.Hosting;

/// <summary>Says that something the board needs is away, at most every half minute for each, however many calls find out.</summary>
public sealed class Outages(TimeProvider clock, ILogger<Outages> log)
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, DateTimeOffset> _said = new();

    public void Report(string what, Exception error)
    {
        var now = clock.GetUtcNow();
        var last = _said.GetOrAdd(what, DateTimeOffset.MinValue);
        if (now - last >= Quiet && _said.TryUpdate(what, now, last))
            log.Away(what, error.GetBaseException().Message);
    }
}

internal static partial class OutagesLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "The {What} does not answer: {Reason}. Calls that need it are answered 503 meanwhile.")]
    public static partial void Away(this ILogger<Outages> log, string what, string reason);
}
