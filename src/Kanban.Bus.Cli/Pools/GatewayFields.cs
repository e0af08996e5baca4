using System.Globalization;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Cli.Pools;

/// <summary>What <c>kanban pool show</c> says of a gateway's probe and controller.</summary>
internal static class GatewayFields
{
    public static IEnumerable<(string Name, string? Value)> Of(GatewayView gateway)
    {
        yield return ("probe", $"{Words.Of(gateway.Probe)}{(gateway.Address is null ? "" : " " + gateway.Address)}{(gateway.Query is null ? "" : ": " + gateway.Query)}");
        yield return ("probe key", gateway.Key);
        yield return ("controller", gateway.Held ? "held by hand" : gateway.Frozen is { } why ? "frozen: " + why : "moves the cap");
        yield return ("stable cap", gateway.Stable?.ToString(CultureInfo.InvariantCulture));
        yield return ("last probe", LastProbe(gateway));
        foreach (var move in gateway.Moves)
            yield return ("moved", Move(move));
    }

    private static string LastProbe(GatewayView gateway) => gateway.AgeSeconds is not { } age
        ? "none yet"
        : Text($"{Times.Text(Math.Round(age))} ago: {gateway.Fault ?? (gateway.Signals is { } signals ? Signals(signals) : "nothing")}");

    private static string Signals(SignalsView seen)
    {
        List<string> all = [];
        Add(seen.Running, $"{seen.Running:0} running");
        Add(seen.Waiting, $"{seen.Waiting:0} waiting");
        Add(seen.CacheUse, $"KV cache {seen.CacheUse * 100:0} %");
        Add(seen.Value, $"value {seen.Value:0.##}");
        Add(seen.LatencyMs, $"answers take {seen.LatencyMs:0} ms");
        Add(seen.RunLatencyMs, $"requests of runs {seen.RunLatencyMs:0} ms");
        Add(Some(seen.Refused), $"{seen.Refused} refused");
        Add(Some(seen.TimedOut), $"{seen.TimedOut} timed out");
        Add(Some(seen.Unread), $"{seen.Unread} lines unread");
        all.Add(Text($"{seen.Used} units drawn"));
        return string.Join(", ", all);

        void Add(double? value, FormattableString text)
        {
            if (value is not null)
                all.Add(Text(text));
        }
    }

    private static double? Some(int count) => count > 0 ? count : null;

    private static string Move(CapMoveView move) => Text($"{move.At.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC: {Words.Of(move.Kind)} {(move.From == move.To ? $"at {move.To}" : $"{move.From} → {move.To}")}: {move.Reason}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
