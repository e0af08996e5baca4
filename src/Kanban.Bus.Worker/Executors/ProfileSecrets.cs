using System.Text.Json;
using Kanban.Bus.Worker.Hosting;
using Kanban.Bus.Worker.Spool;

namespace Kanban.Bus.Worker.Executors;

/// <summary>The secrets that a run is given: read anew for each run from the host's own files and commands, never logged, and kept in the run's directory for as long as its output is read.</summary>
internal static class ProfileSecrets
{
    private const int MostCharacters = 32 * 1024;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    /// <summary>Variables and their values.</summary>
    /// <exception cref="RunNotStartedException">One can't be had; the message names it and not its value.</exception>
    public static async Task<IReadOnlyDictionary<string, string>> ReadAsync(ProfileOptions profile, CancellationToken ct)
    {
        if (profile.Secrets.Count == 0)
            return new Dictionary<string, string>();
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, secret) in profile.Secrets)
        {
            var value = (secret.File is { } file ? FromFile(name, file) : await FromCommandAsync(name, secret.Command, ct)).TrimEnd('\r', '\n');
            if (value.Length is 0 or > MostCharacters)
                throw new RunNotStartedException($"the secret {name} has {value.Length:N0} characters; 1 to {MostCharacters:N0} are allowed");
            values[name] = value;
        }
        return values;
    }

    /// <summary>For a worker that takes the run up: the values may have changed on the host since.</summary>
    public static void Keep(RunDirectory run, IReadOnlyList<string> hidden)
    {
        if (hidden.Count > 0)
            AtomicFile.Write(run.SecretsFile, JsonSerializer.SerializeToUtf8Bytes(hidden, WorkerJson.Client.Texts));
    }

    /// <summary>Empty where none was kept.</summary>
    public static IReadOnlyList<string> Kept(RunDirectory run) =>
        PlainFile.ReadAllBytes(run.SecretsFile) is { } bytes ? JsonSerializer.Deserialize(bytes, WorkerJson.Client.Texts) ?? [] : [];

    private static string FromFile(string name, string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunNotStartedException($"the secret {name} can't be read from {file}: {e.Message}");
        }
    }

    private static async Task<string> FromCommandAsync(string name, List<string> command, CancellationToken ct)
    {
        var answer = await HostProgram.AskAsync(command, Limit, ct);
        return answer.Status == 0 ? answer.Out : throw new RunNotStartedException($"the secret {name} can't be had from {command[0]}: {answer.Fault ?? $"it ended with {answer.Status}"}");
    }
}
