using System.Globalization;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Board.Tasks;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Board.Lanes;

/// <summary>A lane's retry rules by class of fault, as a column holds what differs from the defaults: <c>host=5/60,provider=/300</c> (attempts, seconds).</summary>
public static class RetryRules
{
    public const int MaxAttempts = 1_000;

    private static readonly RetryRule Common = new();

    private static readonly IReadOnlyDictionary<ErrorClass, RetryRule> Defaults = new Dictionary<ErrorClass, RetryRule>
    {
        [ErrorClass.Provider] = new(20, 30),
        [ErrorClass.Board] = new(100),
    };

    /// <summary>The rule that holds; one without attempts counts together with its like against the lane's own.</summary>
    public static RetryRule Of(Lane lane, ErrorClass fault)
    {
        var given = Read(lane.Retries).GetValueOrDefault(fault, Common);
        var usual = Defaults.GetValueOrDefault(fault, Common);
        return new RetryRule(given.Attempts ?? usual.Attempts, given.BackoffSeconds ?? usual.BackoffSeconds ?? lane.BackoffSeconds);
    }

    public static IReadOnlyDictionary<string, RetryRule> All(Lane lane) => Enum.GetValues<ErrorClass>().ToDictionary(Words.Of, fault => Of(lane, fault));

    /// <summary>What a merge patch makes of them: a rule replaces that of its class, null gives its default; null for all gives all theirs.</summary>
    public static string Patch(string text, IReadOnlyDictionary<string, RetryRule?>? patch)
    {
        if (patch is null)
            return "";
        var rules = Read(text);
        foreach (var (word, rule) in patch)
            if (rule is null or { Attempts: null, BackoffSeconds: null })
                rules.Remove(Words.Parse<ErrorClass>(word));
            else
                rules[Words.Parse<ErrorClass>(word)] = rule;
        return string.Join(',', rules.Select(r => string.Create(CultureInfo.InvariantCulture, $"{Words.Of(r.Key)}={r.Value.Attempts}/{r.Value.BackoffSeconds}")));
    }

    public static IEnumerable<ProblemError> Faults(string at, IReadOnlyDictionary<string, RetryRule?>? rules)
    {
        foreach (var (word, rule) in rules ?? new Dictionary<string, RetryRule?>())
        {
            if (!Words.TryParse<ErrorClass>(word, out _))
                yield return new($"{at}/{TaskRules.Shown(word)}", $"A class is one of {string.Join(", ", Words.All<ErrorClass>())}; given was '{TaskRules.Shown(word)}'.");
            foreach (var fault in TaskRules.Range($"{at}/{word}/attempts", "attempts", rule?.Attempts, 1, MaxAttempts))
                yield return fault;
            foreach (var fault in TaskRules.Range($"{at}/{word}/backoffSeconds", "backoffSeconds", rule?.BackoffSeconds, 0, LaneRules.MaxBackoffSeconds))
                yield return fault;
        }
    }

    private static SortedDictionary<ErrorClass, RetryRule> Read(string text)
    {
        var rules = new SortedDictionary<ErrorClass, RetryRule>();
        foreach (var part in text.Split(',', StringSplitOptions.RemoveEmptyEntries))
            if (part.Split('=', '/') is [var word, var attempts, var seconds])
                rules.Add(Words.Parse<ErrorClass>(word), new RetryRule(Number(attempts), Number(seconds)));
        return rules;
    }

    private static int? Number(string text) => text.Length == 0 ? null : int.Parse(text, CultureInfo.InvariantCulture);
}
