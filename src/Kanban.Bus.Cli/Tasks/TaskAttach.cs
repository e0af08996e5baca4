using System.CommandLine;
using Kanban.Bus.Cli.Client;

namespace Kanban.Bus.Cli.Tasks;

/// <summary><c>kanban task attach KEY FILE…</c></summary>
internal static class TaskAttach
{
    public static Command Build(App app)
    {
        var key = TaskKeys.One();
        var files = new Argument<string[]>("FILE") { Description = "Files of this host", Arity = ArgumentArity.OneOrMore };
        var name = Options.Text("--name", "What a single file is called on the board; its own name unless told", "NAME");
        var command = new Command("attach", "Give a task files: its runs find them in the folder attachments of their workspace") { key, files, name };
        command.Validators.Add(result =>
        {
            if (result.GetValue(name) is not null && result.GetValue(files)?.Length > 1)
                result.AddError("--name is for one file alone.");
        });
        return app.On(command, async (call, ct) =>
        {
            foreach (var path in call.Get(files))
                await AttachAsync(call, call.Get(key), path, call.Get(name) ?? Path.GetFileName(path), ct);
            return ExitCode.Ok;
        });
    }

    private static async Task AttachAsync(Call call, string key, string path, string name, CancellationToken ct)
    {
        await using var file = FileUpload.Open(path);
        var bytes = await new FileUpload(call.Board, $"tasks/{Uri.EscapeDataString(key)}/attachments", call.Terminal.Clock, call.Output.Note).SendAsync(file, name, ct);
        call.Output.Note($"{name} is attached to {key}: {bytes} bytes.");
    }
}
