namespace Kanban.Bus.Worker.Board;

/// <summary>No answer, or one that says "later": try again, nothing is known about the call's effect.</summary>
internal sealed class BoardAwayException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>401: the token is unknown or its session has ended; a worker registers again.</summary>
internal sealed class TokenRefusedException(string message) : Exception(message);

/// <summary>409 <c>session-superseded</c>: another process registered this worker's id after us.</summary>
internal sealed class SessionSupersededException(string message) : Exception(message);

/// <summary>426: the board does not speak this worker's protocol.</summary>
internal sealed class ProtocolRefusedException(string message) : Exception(message);

/// <summary>Any other 4xx: the same call again would be refused again.</summary>
internal sealed class BoardRefusedException(int status, string? code, string message) : Exception(message)
{
    public int Status { get; } = status;
    public string? Code { get; } = code;
}
