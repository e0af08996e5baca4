namespace Kanban.Bus.Board.Gateways.Probes;

/// <summary>Any OpenAI-compatible endpoint: how long the list of its models takes, and whether it is refused.</summary>
internal sealed class OpenaiProbe : Probe
{
    public override bool MeasuresLatency => true;

    public override async Task<Signals> AskAsync(Gateway gateway, Ask ask)
    {
        var answer = await ask("/v1/models");
        return answer.Status switch
        {
            429 or 503 => new Signals { Refused = 1, LatencyMs = answer.Ms },
            >= 200 and < 300 => new Signals { LatencyMs = answer.Ms },
            _ => throw new ProbeFailedException($"GET /v1/models was answered {answer.Status}"),
        };
    }
}
