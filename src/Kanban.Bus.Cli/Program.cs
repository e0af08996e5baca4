using Kanban.Bus.Cli;

return await new App(Terminal.OfProcess()).RunAsync(args);
