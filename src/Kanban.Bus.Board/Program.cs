using Kanban.Bus.Board;
using Kanban.Bus.Board.Hosting;

try
{
    await BoardApp.Create(BoardApp.DefaultSettings(args)).RunAsync();
    return Environment.ExitCode;
}
catch (SettingsException error)
{
    await Console.Error.WriteLineAsync(error.Message);
    return 2;
}
