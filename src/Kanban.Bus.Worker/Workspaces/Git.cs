using System.Diagnostics;

namespace Kanban.Bus.Worker.Workspaces;

/// <summary>git said no; the message is what it said.</summary>
internal sealed class GitFailedException(string message) : Exception(message);

/// <summary>Calls the host's <c>git</c> for the worker. Hooks, file watchers and helpers that a run may have planted in a repository are not started.</summary>
internal static class Git
{
    private static readonly string[] Safely = ["-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "protocol.ext.allow=never", "-c", "gc.auto=0", "-c", "core.untrackedCache=false"];

    /// <param name="words">Argument vector; what comes from outside stands behind <c>--</c> or in a place that takes no option.</param>
    /// <returns>What it wrote, without the last line break.</returns>
    /// <exception cref="GitFailedException">It ended with another status than 0, took too long, or is not there.</exception>
    public static async Task<string> RunAsync(TimeSpan limit, CancellationToken ct, params IEnumerable<string> words)
    {
        var (status, output, error) = await CallAsync(limit, words, ct);
        return status == 0 ? output : throw new GitFailedException($"git {Verb(words)}: {(error.Length > 0 ? error : $"exit {status}")}");
    }

    /// <summary>Whether it ended with 0.</summary>
    public static async Task<bool> SaysAsync(TimeSpan limit, CancellationToken ct, params IEnumerable<string> words) => (await CallAsync(limit, words, ct)).Status == 0;

    private static async Task<(int Status, string Output, string Error)> CallAsync(TimeSpan limit, IEnumerable<string> words, CancellationToken ct)
    {
        var start = new ProcessStartInfo("git") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var word in Safely.Concat(words))
            start.ArgumentList.Add(word);
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("GIT_", StringComparison.Ordinal) && !k.StartsWith("GIT_SSH", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        start.Environment["GIT_TERMINAL_PROMPT"] = "0";
        start.Environment["LC_ALL"] = "C";

        using var process = Start(start);
        process.StandardInput.Close();
        using var late = CancellationTokenSource.CreateLinkedTokenSource(ct);
        late.CancelAfter(limit);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(late.Token);
            var error = process.StandardError.ReadToEndAsync(late.Token);
            await process.WaitForExitAsync(late.Token);
            return (process.ExitCode, (await output).TrimEnd('\n'), Tail(await error));
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            ct.ThrowIfCancellationRequested();
            throw new GitFailedException($"git {Verb(words)} took longer than {limit.TotalSeconds:0} s");
        }
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start) ?? throw new GitFailedException("git did not start");
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new GitFailedException($"git can't be started on this host: {e.Message}");
        }
    }

    private static string Verb(IEnumerable<string> words) => words.FirstOrDefault(w => !w.StartsWith('-')) ?? "";

    private static string Tail(string text) => text.Trim() is { Length: > 500 } long_ ? long_[^500..] : text.Trim();
}
