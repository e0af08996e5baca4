using System.ComponentModel;
using System.Diagnostics;

namespace Kanban.Bus.Worker.Executors;

/// <summary>A program of this host that the worker itself asks something: never a shell, bounded in time and output.</summary>
internal static class HostProgram
{
    private const int MostCharacters = 64 * 1024;

    /// <param name="Status">Null when it was not there, or took too long.</param>
    /// <param name="Fault">Why there is no status.</param>
    public sealed record Answer(int? Status, string Out, string Error, string? Fault = null);

    public static async Task<Answer> AskAsync(IReadOnlyList<string> command, TimeSpan limit, CancellationToken ct, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(ct);
        ending.CancelAfter(limit);
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            return new Answer(null, "", "", e.Message);
        }
        using (process)
        {
            try
            {
                process.StandardInput.Close();
                var (told, complained) = (TextAsync(process.StandardOutput, ending.Token), TextAsync(process.StandardError, ending.Token));
                await process.WaitForExitAsync(ending.Token);
                return new Answer(process.ExitCode, await told, await complained);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                ct.ThrowIfCancellationRequested();
                return new Answer(null, "", "", $"no answer within {limit.TotalSeconds:0} s");
            }
        }
    }

    /// <summary>Reads to the end, and keeps so much of it.</summary>
    private static async Task<string> TextAsync(StreamReader from, CancellationToken ct)
    {
        var text = new char[MostCharacters];
        var length = await from.ReadBlockAsync(text, ct);
        var rest = new char[4096];
        while (length == MostCharacters && await from.ReadAsync(rest, ct) > 0)
        {
            // Or the program would wait for a reader.
        }
        return new string(text, 0, length);
    }
}
