using System.CommandLine;
using System.Runtime.InteropServices;
using System.Text;
using Kanban.Bus.Cli.Client;

namespace Kanban.Bus.Cli.Inside;

/// <summary><c>kanban attach FILE…</c>: a run keeps files of its workspace on the board, as artifacts.</summary>
internal static class RunAttach
{
    private const int LongestPath = 4096;

    public static Command Build(App app)
    {
        var files = new Argument<string[]>("FILE") { Description = "Files of the run's workspace", Arity = ArgumentArity.OneOrMore };
        var name = Options.Text("--name", "What a single file is called on the board, with / between folders; its own name unless told", "NAME");
        var command = new Command("attach", "Inside a run: keep files of its workspace on the board, as artifacts of this run") { files, name };
        command.Validators.Add(result =>
        {
            if (result.GetValue(name) is not null && result.GetValue(files)?.Length > 1)
                result.AddError("--name is for one file alone.");
        });
        return app.On(command, async (call, ct) =>
        {
            foreach (var path in call.Get(files))
                call.Terminal.Out.WriteLine(Printing.Output.Plain(await SendAsync(call.RunBoard, call.Run, path, call.Get(name), call.Terminal.Clock, call.Output.Note, ct)));
            return ExitCode.Ok;
        });
    }

    /// <returns>The sentence for whoever asked.</returns>
    /// <exception cref="UsageException">It can't be read, or is not in the workspace.</exception>
    /// <remarks>
    /// Outside the workspace nothing is taken, wherever links lead: the tools of an agent run beside its sandbox, and must not read for it what the sandbox keeps from it.
    /// </remarks>
    public static async Task<string> SendAsync(BoardClient board, InRun run, string path, string? name, TimeProvider clock, Action<string> note, CancellationToken ct)
    {
        if (run.Workspace is not { } workspace)
            throw new UsageException("KANBAN_WORKSPACE is not set: what is attached lies in the run's workspace.");
        await using var file = FileUpload.Open(path);
        // The name of what is open, not of what was asked for.
        var real = RealPath($"/proc/self/fd/{file.SafeFileHandle.DangerousGetHandle()}");
        if (!real.StartsWith(RealPath(workspace).TrimEnd('/') + "/", StringComparison.Ordinal))
            throw new UsageException($"'{path}' is not in the run's workspace ({workspace}): only files from there can be attached.");
        var called = name ?? Path.GetFileName(path);
        var bytes = await new FileUpload(board, $"runs/{run.RunId}/artifacts", clock, note).SendAsync(file, called, ct);
        return $"{called} is kept as an artifact of this run: {bytes} bytes.";
    }

    private static string RealPath(string path)
    {
        var resolved = new byte[LongestPath];
        return RealPath(path, resolved) != 0
            ? Encoding.UTF8.GetString(resolved, 0, Array.IndexOf(resolved, (byte)0))
            : throw new UsageException($"'{path}' can't be found: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
    }

    [DllImport("libc", EntryPoint = "realpath", SetLastError = true)]
    private static extern nint RealPath([MarshalAs(UnmanagedType.LPUTF8Str)] string path, byte[] resolved);
}
