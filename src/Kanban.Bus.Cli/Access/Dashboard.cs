using System.CommandLine;
using Kanban.Bus.Cli.Printing;

namespace Kanban.Bus.Cli.Access;

/// <summary><c>kanban dashboard</c>: a link that logs a browser in, good once.</summary>
internal static class Dashboard
{
    public static Command Build(App app) => app.On(new Command("dashboard", "Print a link that opens the dashboard, good once"), async (call, ct) =>
    {
        var link = await call.Board.LoginLinkAsync(ct);
        if (call.Output.Format == Format.Json)
            call.Output.Json(link);
        else
            call.Output.Text(link.Url);
        if (call.Output.ForEyes)
            call.Output.Note($"Good once, until {link.ExpiresAt.LocalDateTime:HH:mm}.");
        return ExitCode.Ok;
    });
}
