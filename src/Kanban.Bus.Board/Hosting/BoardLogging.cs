using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Kanban.Bus.Board.Hosting;

/// <summary>One line per fact on the console, with the time in UTC. Frameworks speak from warnings on.</summary>
public static class BoardLogging
{
    public static void AddBoardLogging(this ILoggingBuilder logging, BoardOptions options)
    {
        logging.AddConsole(console => console.FormatterName = LineFormatter.Named);
        logging.AddConsoleFormatter<LineFormatter, ConsoleFormatterOptions>();
        logging.SetMinimumLevel(options.LogLevel);
        if (options.LogLevel >= LogLevel.Information)
            logging.AddFilter("Microsoft", LogLevel.Warning).AddFilter("MassTransit", LogLevel.Warning).AddFilter("System", LogLevel.Warning)
                // A caller without a good token is an answer, not an event of the board's.
                .AddFilter(typeof(Access.TokenAuthentication).FullName, LogLevel.Warning)
                // Faults are answered and logged once, by the board.
                .AddFilter("Microsoft.EntityFrameworkCore", LogLevel.Error)
                .AddFilter("Microsoft.EntityFrameworkCore.Database.Connection", LogLevel.None);
    }

    /// <summary><c>2027-01-31T12:00:00.000Z info DatabaseStart: …</c>; an exception follows on lines of its own.</summary>
    private sealed class LineFormatter(TimeProvider clock) : ConsoleFormatter(Named)
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
}
