using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Kanban.Bus.Hosting;

/// <summary><c>2027-01-31T12:00:00.000Z info DatabaseStart: …</c>; an exception follows on lines of its own.</summary>
/// <remarks>A file of the worker as well, so that board and worker speak alike.</remarks>
internal sealed class LineFormatter(TimeProvider clock) : ConsoleFormatter(Named)
{
    public const string Named = "line";

    /// <summary>A start that failed is thrown as well, to whoever started: it is told once, in a sentence.</summary>
    private static readonly EventId StartFailed = new(11, "HostedServiceStartupFaulted");

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        if (logEntry.EventId == StartFailed && logEntry.Category.StartsWith("Microsoft.Extensions.Hosting", StringComparison.Ordinal))
            return;
        var text = logEntry.Formatter(logEntry.State, logEntry.Exception);
        var line = text.ReplaceLineEndings(" ");
        textWriter.Write(clock.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z' ", CultureInfo.InvariantCulture));
        textWriter.Write(Word(logEntry.LogLevel));
        textWriter.Write(logEntry.Category.AsSpan(logEntry.Category.LastIndexOf('.') + 1));
        textWriter.Write(": ");
        textWriter.WriteLine(line);
        if (logEntry.Exception is { } error)
            textWriter.WriteLine(error);
    }

    private static string Word(LogLevel level) => level switch
    {
        LogLevel.Critical => "crit ",
        LogLevel.Error => "fail ",
        LogLevel.Warning => "warn ",
        LogLevel.Information => "info ",
        LogLevel.Debug => "dbug ",
        _ => "trce ",
    };
}
