using System.CommandLine;
using Kanban.Bus.Cli.Printing;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Cli.Tasks;

/// <summary><c>kanban task artifacts KEY</c></summary>
internal static class TaskArtifacts
{
    internal static readonly Columns<ArtifactView> Columns = new(
        file => file.Name,
        new("NAME", file => file.Name),
        new("KIND", file => Words.Of(file.Kind)),
        new("RUN", file => file.Run is { } run ? $"{run}" : "-", file => $"{file.Run}"),
        new("RUN STATE", file => file.RunState is { } state ? Words.Of(state) : "-", file => file.RunState is { } state ? Words.Of(state) : ""),
        new("BYTES", file => $"{file.SizeBytes}"),
        new("TYPE", file => file.ContentType),
        new("AT", file => Times.Iso(file.At)),
        new("BY", file => file.By),
        new("SHA256", file => file.Sha256[..12], file => file.Sha256));

    public static Command Build(App app)
    {
        var key = TaskKeys.One();
        var command = new Command("artifacts", "List a task's files: what its runs left, and what people attached") { key };
        return app.On(command, async (call, ct) =>
        {
            call.Output.List(await call.Board.ArtifactsAsync(call.Get(key), ct), Columns, $"{call.Get(key)} has no files.");
            return ExitCode.Ok;
        });
    }
}
