using Kanban.Bus.Board;

await BoardApp.Create(BoardApp.DefaultSettings(args)).RunAsync();
