using System.CommandLine;
using Kanban.Bus.Cli.Client;
using Kanban.Bus.Cli.Contexts;

namespace Kanban.Bus.Cli.Access;

/// <summary><c>kanban logout [--context NAME]</c>: forgets a context and its key. The key itself stays good until it is revoked.</summary>
internal static class Logout
{
    public static Command Build(App app) => app.On(new Command("logout", "Forget the key to a board"), (call, _) =>
    {
        var file = ContextFile.Read(ContextFile.PathIn(call.Terminal.Environment));
        var name = call.Given.Context ?? call.Terminal.Environment("KANBAN_CONTEXT") ?? file.Current
            ?? throw new UsageException("There is no current context to log out of; --context NAME names one.");
        if (file.Find(name) is null)
            throw new UsageException($"There is no context '{name}' in {file.Path}.");
        file.Without(name).Write();
        call.Output.Note($"Context '{name}' is forgotten.");
        return Task.FromResult(ExitCode.Ok);
    });
}
