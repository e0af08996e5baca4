using System.Text.Json;

namespace Kanban.Bus.IntegrationTests.Agents;

/// <summary>How a real agent is pointed at the mock: the settings of a profile, as a person would write them for a gateway of their own.</summary>
/// <param name="Program">Its program's name, in <c>KANBAN_AGENTS</c>.</param>
internal sealed record RealAgent(string Executor, string Program, Func<string, IReadOnlyDictionary<string, string>> Settings)
{
    /// <summary>Folder of the installed programs; null where there is none, and nothing is run.</summary>
    public static string? Installed { get; } = Environment.GetEnvironmentVariable("KANBAN_AGENTS") is { Length: > 0 } folder ? Path.GetFullPath(folder) : null;

    public static RealAgent ClaudeCode { get; } = new("claude-code", "claude", url => new Dictionary<string, string>
    {
        ["Environment__ANTHROPIC_BASE_URL"] = url,
        ["Environment__ANTHROPIC_API_KEY"] = "sk-mock",
        // Root may let an agent do everything only where it says that this is a box of its own.
        ["Environment__IS_SANDBOX"] = "1",
        ["Environment__CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC"] = "1",
        ["Environment__CLAUDE_CODE_MAX_RETRIES"] = "2",
    });

    public static RealAgent Codex { get; } = new("codex", "codex", url => Arguments(
        "-c", "model_provider=mock", "-c", "model_providers.mock.name=mock", "-c", $"model_providers.mock.base_url={url}/v1", "-c", "model_providers.mock.wire_api=responses",
        "-c", "model_providers.mock.env_key=MOCK_KEY", "-c", "model_providers.mock.request_max_retries=1", "-c", "model_providers.mock.stream_max_retries=2",
        "-m", "gpt-5").Append(new("Environment__MOCK_KEY", "sk-mock")).ToDictionary());

    public static RealAgent OpenCode { get; } = new("opencode", "opencode", url => new Dictionary<string, string>
    {
        ["Model"] = "mock/mock-1",
        ["Environment__OPENCODE_DISABLE_MODELS_FETCH"] = "1",
        ["Environment__OPENCODE_DISABLE_AUTOUPDATE"] = "1",
        ["Environment__OPENCODE_CONFIG_CONTENT"] = JsonSerializer.Serialize(new
        {
            autoupdate = false,
            provider = new
            {
                mock = new
                {
                    npm = "@ai-sdk/openai-compatible",
                    name = "mock",
                    options = new { baseURL = url + "/v1", apiKey = "sk-mock" },
                    models = new Dictionary<string, object> { ["mock-1"] = new { name = "mock-1", limit = new { context = 100_000, output = 8_000 }, cost = new { input = 1, output = 2 } } },
                },
            },
        }),
    });

    /// <summary>Keys and values below <c>Worker:Profiles:agent</c>.</summary>
    public IReadOnlyDictionary<string, string> Profile(string url)
    {
        var profile = new Dictionary<string, string> { ["Executor"] = Executor, ["Binary"] = Path.Combine(Installed!, Program), ["Permissions"] = "All" };
        foreach (var (key, value) in Settings(url))
            profile[key] = value;
        return profile;
    }

    /// <summary>One that asks a person, who may allow it what it was refused.</summary>
    public RealAgent Asking() => this with
    {
        Settings = url => new Dictionary<string, string>(Settings(url)) { ["Permissions"] = "Edit", ["AskWhenRefused"] = "true", ["AllowWhenAnswered"] = "true" },
    };

    private static IEnumerable<KeyValuePair<string, string>> Arguments(params string[] words) => words.Select((word, i) => KeyValuePair.Create($"Arguments__{i}", word));
}
