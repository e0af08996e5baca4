using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Cli;

/// <summary>Windows of a cap on the command line: <c>--window 'mon-fri 08:00-18:00 Europe/Berlin = 2'</c>. The board reads them.</summary>
internal static class Windows
{
    public static Option<string[]> Option(string more = "") => Options.Many(
        "--window", $"When the cap is another one ('mon-fri 08:00-18:00 Europe/Berlin = 2'), or closed outside ('22:00-06:00 Europe/Berlin'); may be given again{more}", "WINDOW");

    /// <summary>For <c>set</c>: those that are given take the place of all there were.</summary>
    public static Option<string[]> OptionToSet() => Option("; they replace all there were, none for none");

    public static string[]? Of(string[] given) => given.Length == 0 ? null : given;

    public static Clearable? Patch(string[] given) => given switch
    {
        [] => null,
        _ when Options.IsNone("--window", given) => new Clearable(null),
        _ => new Clearable(new JsonArray([.. given.Select(text => JsonValue.Create(text))])),
    };

    /// <summary>What a cap is from when on: <c>12 from 2026-05-01T20:00:00.000Z</c>.</summary>
    public static string? Next(CapChange? change) => change is null ? null : $"{Cap(change.Limit)} from {Times.Iso(change.At)}";

    private static string Cap(int? limit) => limit switch
    {
        null => "no cap",
        0 => "closed",
        { } n => n.ToString(CultureInfo.InvariantCulture),
    };
}
