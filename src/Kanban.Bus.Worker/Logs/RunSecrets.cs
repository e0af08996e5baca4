using Kanban.Bus.Contracts;
using Kanban.Bus.Worker.Hosting;

namespace Kanban.Bus.Worker.Logs;

/// <summary>What a run is given and nobody may read in its output. Known anew from grant and profile after a restart of the worker.</summary>
internal static class RunSecrets
{
    private static readonly string[] Marks = ["TOKEN", "KEY", "SECRET", "PASSWORD", "PASSWD", "CREDENTIAL"];

    /// <summary>The run's own token, and what the profile gives it under a name that says so.</summary>
    /// <param name="own">Looks up a variable of the worker itself.</param>
    public static IReadOnlyList<string> Of(Grant grant, ProfileOptions? profile, Func<string, string?> own) =>
    [
        grant.RunToken,
        .. (profile?.Environment ?? []).Where(v => IsSecret(v.Key)).Select(v => v.Value),
        .. (profile?.PassOrDefault ?? []).Where(IsSecret).Select(own).OfType<string>(),
    ];

    /// <summary>Those that are too short to be looked for, by name.</summary>
    public static IEnumerable<string> TooShort(ProfileOptions profile) =>
        profile.Environment.Where(v => IsSecret(v.Key) && v.Value.Length is > 0 and < SecretForms.ShortestBytes).Select(v => v.Key);

    private static bool IsSecret(string name) => Marks.Any(m => name.Contains(m, StringComparison.OrdinalIgnoreCase));
}
