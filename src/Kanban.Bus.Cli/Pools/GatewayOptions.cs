using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Cli.Pools;

/// <summary>How a gateway is probed, on the command line: the same options for a new pool and for a change.</summary>
internal sealed class GatewayOptions
{
    private static readonly string Kinds = string.Join(", ", Words.All<ProbeKind>());

    private readonly Option<Clearable?> _probe = Options.OrNone("--probe", $"How a gateway's load is seen, so that its cap moves by itself: {Kinds}", "KIND",
        text => Words.Parse<ProbeKind>(text) is { } kind ? JsonValue.Create(Words.Of(kind)) : null, "one of " + Kinds);

    private readonly Option<Clearable?> _address = Options.OrNone("--address", "Where the probe asks: http://gpu-1:8000", "URL", text => JsonValue.Create(text), "an address");

    private readonly Option<Clearable?> _key = Options.OrNone("--key", "Environment variable of the board service that holds the probe's key, such as KANBAN_KEY_VLLM", "VARIABLE", text => JsonValue.Create(text), "a name");

    private readonly Option<Clearable?> _query = Options.OrNone("--query", "What a Prometheus is asked", "EXPRESSION", text => JsonValue.Create(text), "an expression");

    private readonly Option<Clearable?> _above = Number("--overload-above", "More requests that wait, or a higher value of the expression, are an overload");

    private readonly Option<Clearable?> _below = Number("--healthy-below", "At most so many are healthy");

    public IEnumerable<Option> All => [_probe, _address, _key, _query, _above, _below];

    public void Put(JsonObject patch, Call call)
    {
        patch.Put("probe", call.Get(_probe));
        patch.Put("address", call.Get(_address));
        patch.Put("key", call.Get(_key));
        patch.Put("query", call.Get(_query));
        patch.Put("overloadAbove", call.Get(_above));
        patch.Put("healthyBelow", call.Get(_below));
    }

    /// <summary>For a new pool, where none is the same as not given.</summary>
    public CreatePool AddTo(CreatePool pool, Call call) => pool with
    {
        Probe = Text(call, _probe) is { } kind ? Words.Parse<ProbeKind>(kind) : null,
        Address = Text(call, _address),
        Key = Text(call, _key),
        Query = Text(call, _query),
        OverloadAbove = call.Get(_above)?.Value?.GetValue<double>(),
        HealthyBelow = call.Get(_below)?.Value?.GetValue<double>(),
    };

    private static string? Text(Call call, Option<Clearable?> option) => call.Get(option)?.Value?.GetValue<string>();

    private static Option<Clearable?> Number(string name, string description) => Options.OrNone(name, description, "N",
        text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var n) && double.IsFinite(n) ? JsonValue.Create(n) : null, "a number");
}
