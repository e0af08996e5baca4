using System.Text.Json;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Worker.Logs;

/// <summary>What a run reports of itself leaves the host like its output.</summary>
internal static class RedactedFinish
{
    public static FinishItem Redact(this Redactor redactor, FinishItem finish) => finish with
    {
        Reason = redactor.Redact(finish.Reason),
        Summary = redactor.Redact(finish.Summary),
        Metadata = Redact(redactor, finish.Metadata),
        Usage = Redact(redactor, finish.Usage),
    };

    private static JsonElement? Redact(Redactor redactor, JsonElement? json)
    {
        if (json is not { } given)
            return null;
        var text = redactor.Redact(given.GetRawText())!;
        try
        {
            return JsonElement.Parse(text);
        }
        catch (JsonException)
        {
            // Stars stand where a number or a name was: the text stays, as text.
            return JsonSerializer.SerializeToElement(text, WorkerJson.Default.String);
        }
    }
}
