using System.Net;

namespace Kanban.Bus.Cli.Client;

/// <summary>The board answered, and the answer is no: a problem document.</summary>
/// <param name="code">The problem's stable word; null when the answer was none of the board's documents.</param>
/// <param name="details">One line per field that was refused: its JSON pointer and why.</param>
internal sealed class BoardRefusalException(HttpStatusCode status, string? code, string message, IReadOnlyList<string> details) : Exception(message)
{
    public HttpStatusCode Status { get; } = status;
    public string? Code { get; } = code;
    public IReadOnlyList<string> Details { get; } = details;
}

/// <summary>No answer: no connection, no answer in time, or a board whose database is away (503).</summary>
internal sealed class BoardUnreachableException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The caller asked for what can't be: a bad option, an unreadable file. Exit code 2.</summary>
internal sealed class UsageException(string message) : Exception(message);

/// <summary>A service of this program can't start or had to end. Exit code 1.</summary>
internal sealed class ServiceException(string message) : Exception(message);
