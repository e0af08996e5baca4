using Kanban.Bus.Board;
using Kanban.Bus.Board.Hosting;

try
{
    var app = BoardApp.Create(BoardApp.DefaultSettings(args));
    var readiness = app.Services.GetRequiredService<BoardReadiness>();
    try
    {
        await app.RunAsync();
    }
    catch (OperationCanceledException) when (readiness.Failure is not null)
    {
        // It gave up before it had quite begun; the log says why.
    }
    return readiness.Failure is null ? 0 : 1;
}
catch (SettingsException error)
{
    await Console.Error.WriteLineAsync(error.Message);
    return 2;
}
