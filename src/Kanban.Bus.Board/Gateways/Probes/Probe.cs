using System.Text.Json;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Board.Gateways.Probes;

/// <param name="Ms">From the request to the last byte.</param>
public sealed record Answer(int Status, string Body, double Ms);

/// <summary>Asks a path of the gateway's address.</summary>
/// <exception cref="ProbeFailedException">It can't be reached.</exception>
public delegate Task<Answer> Ask(string path);

/// <summary>The probe got no answer that says anything: the message says why.</summary>
public sealed class ProbeFailedException(string message) : Exception(message);

/// <summary>How one kind of gateway is asked, and what its answers say.</summary>
public abstract class Probe
{
    private static readonly Dictionary<ProbeKind, Probe> Known = new()
    {
        [ProbeKind.Vllm] = new VllmProbe(),
        [ProbeKind.Llamacpp] = new LlamacppProbe(),
        [ProbeKind.Ollama] = new OllamaProbe(),
        [ProbeKind.Litellm] = new LitellmProbe(),
        [ProbeKind.Prometheus] = new PrometheusProbe(),
        [ProbeKind.Openai] = new OpenaiProbe(),
    };

    public static Probe Of(ProbeKind kind) => Known[kind];

    /// <summary>That no answer came in time is itself what the probe is to find out.</summary>
    public virtual bool MeasuresLatency => false;

    public abstract Task<Signals> AskAsync(Gateway gateway, Ask ask);

    /// <summary>The body of an answer that must be 200.</summary>
    protected static async Task<string> BodyAsync(Ask ask, string path)
    {
        var answer = await ask(path);
        return answer.Status == 200 ? answer.Body : throw new ProbeFailedException($"GET {path} was answered {answer.Status}");
    }

    protected static JsonDocument Json(string text, string what)
    {
        try
        {
            return JsonDocument.Parse(text);
        }
        catch (JsonException error)
        {
            throw new ProbeFailedException($"{what} was answered with what is no JSON: {error.Message}");
        }
    }
}
