using System.CommandLine;
using Kanban.Bus.Board.Hosting;

namespace Kanban.Bus.Cli;

/// <summary><c>kanban openapi</c>: the description of this build's API. For <c>make openapi</c>, so <c>--help</c> does not list it.</summary>
internal static class OpenApi
{
    public static Command Build(App app) => app.On(new Command("openapi", "Print the OpenAPI document of this build's API") { Hidden = true }, async (call, ct) =>
    {
        await call.Terminal.Out.WriteAsync((await ApiDescription.WriteAsync(ct)).AsMemory(), ct);
        return ExitCode.Ok;
    });
}
