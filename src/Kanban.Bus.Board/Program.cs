using Kanban.Bus.Board;
using Kanban.Bus.Board.Hosting;

try
{
    var app = BoardApp.Create(BoardApp.DefaultSettings(args));
    var readiness = app.Services.GetRequiredService<BoardReadiness>();
    await app.RunAsync();
    return readiness.Failure is null ? 0 : 1;
}
catch (SettingsException error)
{
    await Console.Error.WriteLineAsync(error.Message);
    return 2;
}
