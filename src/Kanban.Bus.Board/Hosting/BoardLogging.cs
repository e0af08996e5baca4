using Kanban.Bus.Hosting;
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
}
