using System.Text.RegularExpressions;
using Kanban.Bus.Worker.Hosting;

namespace Kanban.Bus.Worker.Executors;

/// <summary>A program of this host that carries out work, as it answers for itself.</summary>
/// <param name="Name">As an executor is called, or <c>docker</c> and <c>podman</c>.</param>
/// <param name="Version">Null when it does not tell.</param>
/// <param name="Profiles">Those of the worker's settings that use it.</param>
/// <param name="Fault">Why it does not work; null when it does.</param>
/// <param name="Advice">What to do about that.</param>
public sealed record HostAgent(string Name, string Program, string? Version, IReadOnlyList<string> Profiles, string? Fault, string? Advice)
{
    /// <summary>What a task may need of it: <c>codex=0.169.0</c>; null when it has no version.</summary>
    public string? Capability => Version is null ? null : $"{Name}={Version}";
}

/// <summary>Finds the agents and container engines of this host, and asks each for its version.</summary>
public static partial class HostAgents
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private static readonly (string Name, string Program, string Advice)[] Known =
    [
        ("claude-code", "claude", "npm install -g @anthropic-ai/claude-code"),
        ("codex", "codex", "npm install -g @openai/codex"),
        ("opencode", "opencode", "npm install -g opencode-ai"),
        ("hermes", "hermes", "install Hermes Agent, or name its program in the profile's Binary"),
        ("docker", "docker", "install docker, or podman in its place"),
        ("podman", "podman", "install podman, or docker in its place"),
    ];

    /// <summary>All that are there, and those that a profile names and that are not.</summary>
    /// <param name="all">Also those that are neither there nor named.</param>
    public static async Task<IReadOnlyList<HostAgent>> FindAsync(IReadOnlyDictionary<string, ProfileOptions> profiles, bool all, CancellationToken ct)
    {
        var asked = new List<Task<HostAgent?>>();
        foreach (var (name, program, advice) in Known)
        {
            var users = profiles.Where(p => Uses(p.Value, name, program)).ToList();
            // A profile may name another program; each is asked.
            var programs = users.Select(u => u.Value.Binary is { Length: > 0 } given ? given : program).DefaultIfEmpty(program).Distinct(StringComparer.Ordinal);
            foreach (var p in programs)
            {
                var its = users.Where(u => (u.Value.Binary is { Length: > 0 } given ? given : program) == p).OrderBy(u => u.Key, StringComparer.Ordinal).ToList();
                // A profile may say where its engine is.
                asked.Add(AskAsync(name, p, [.. its.Select(u => u.Key)], its.FirstOrDefault().Value?.Environment.AsReadOnly(), advice, all, ct));
            }
        }
        return [.. (await Task.WhenAll(asked)).OfType<HostAgent>()];
    }

    private static bool Uses(ProfileOptions profile, string name, string program) => profile.Executor == name
        || (profile.Executor == "container" && (profile.Binary is { Length: > 0 } given ? Path.GetFileName(given) == program : program == (OnPath.Find("docker") is null && OnPath.Find("podman") is not null ? "podman" : "docker")));

    private static async Task<HostAgent?> AskAsync(string name, string program, IReadOnlyList<string> users, IReadOnlyDictionary<string, string>? environment, string advice, bool all, CancellationToken ct)
    {
        if (OnPath.Find(program) is not { } path)
            return users.Count == 0 && !all ? null : new HostAgent(name, program, null, users, $"there is no program {program} on this worker's PATH", advice);
        var answer = await HostProgram.AskAsync([path, "--version"], Limit, ct);
        if (answer.Status != 0 || Version().Match(answer.Out) is not { Success: true } match)
            return Faulty(null, "--version", answer);
        var version = match.Value.TrimEnd('.', '-');
        // A command line has a version where its engine is not up yet.
        if (name is "docker" or "podman" && (users.Count > 0 || all) && await HostProgram.AskAsync([path, "ps", "--quiet"], Limit, ct, environment) is { Status: not 0 } engine)
            return Faulty(version, "ps --quiet", engine);
        return new HostAgent(name, path, version, users, null, null);

        HostAgent Faulty(string? version, string asked, HostProgram.Answer answer)
        {
            var said = (answer.Error + answer.Out).Split('\n').FirstOrDefault(l => l.Trim().Length > 0)?.Trim();
            return new HostAgent(name, path, version, users, answer.Fault ?? $"'{program} {asked}' ended with {answer.Status}{(said is null ? "" : $": {(said.Length > 200 ? said[..200] : said)}")}", $"try '{path} {asked}' as the worker's user");
        }
    }

    [GeneratedRegex(@"\d+\.\d+[A-Za-z0-9._-]{0,30}")]
    private static partial Regex Version();
}
