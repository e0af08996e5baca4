using System.Diagnostics;

namespace Kanban.Bus.IntegrationTests.Servers;

/// <summary>Runs a short command to its end.</summary>
public static class Command
{
    /// <returns>What it wrote, standard output then standard error.</returns>
    /// <exception cref="InvalidOperationException">It ended with another code than 0; the message holds what it wrote.</exception>
    public static async Task<string> RunAsync(string program, IReadOnlyList<string> arguments, string? user = null, TimeSpan? within = null)
    {
        var words = user is null ? [program, .. arguments] : new List<string> { "setpriv", "--reuid=" + user, "--regid=" + user, "--init-groups", "--", program };
        if (user is not null)
            words.AddRange(arguments);

        var start = new ProcessStartInfo(words[0]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" };
        foreach (var word in words.Skip(1))
            start.ArgumentList.Add(word);

        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} was not started.");
        process.StandardInput.Close();
        using var patience = new CancellationTokenSource(within ?? TimeSpan.FromMinutes(1));
        var output = process.StandardOutput.ReadToEndAsync(patience.Token);
        var error = process.StandardError.ReadToEndAsync(patience.Token);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} did not end in time.");
        }
        var text = await output + await error;
        return process.ExitCode == 0 ? text : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {text}");
    }
}
