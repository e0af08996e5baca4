namespace Kanban.Bus.Board.Hosting;

/// <summary>The settings don't allow a start. The message is a sentence that names the key, what was given and what is allowed.</summary>
public sealed class SettingsException(string message) : Exception(message);
