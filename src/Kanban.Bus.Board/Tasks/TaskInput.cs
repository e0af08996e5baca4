using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Kanban.Bus.Board.Artifacts;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Pools;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kanban.Bus.Board.Tasks;

/// <summary>What is asked of a new task before any row is read.</summary>
public static class TaskInput
{
    public const string DefaultBoard = "main";

    // What is left out and what is given as its default are the same content.
    private static readonly JsonSerializerOptions Canonical = new(Json.Board) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault };

    /// <param name="at">Pointer to the item: empty, or <c>/tasks/3</c>.</param>
    /// <returns>413 for a body over its size, 400 with every fault for anything else; null when all is well.</returns>
    public static ProblemHttpResult? WhyNot(CreateTask task, string at)
    {
        if (TaskRules.IsTooLarge(task.Body, out var bytes))
            return Problems.TooLarge($"{at}/body", $"'body' has {bytes} bytes of UTF-8; at most {Limits.BodyBytes} are allowed.");
        var faults = Faults(task, at).ToList();
        return faults.Count > 0 ? Problems.Invalid(faults) : null;
    }

    /// <summary>SHA-256 of the content, to tell a repeat from a reuse of an idempotency key.</summary>
    public static string Fingerprint(CreateTask task)
    {
        var content = task with
        {
            IdempotencyKey = null,
            Board = task.Board ?? DefaultBoard,
            Body = task.Body ?? "",
            NotBefore = task.NotBefore?.ToUniversalTime(),
            Due = task.Due?.ToUniversalTime(),
            Needs = Sorted(task.Needs),
            Labels = Sorted(task.Labels),
            Parents = Sorted(task.Parents),
            OnLimit = task.OnLimit is OnLimit.Wait ? null : task.OnLimit,
            Artifacts = task.Artifacts is [] ? null : task.Artifacts,
            Draws = Pools.Draws.Patch("", task.Draws) is { Length: > 0 } draws ? new SortedDictionary<string, int?>(Pools.Draws.Read(draws).ToDictionary(d => d.Key, d => (int?)d.Value), StringComparer.Ordinal) : null,
        };
        return Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(content, Canonical)));
    }

    private static List<string>? Sorted(IReadOnlyList<string>? words) =>
        words is null or [] ? null : [.. words.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    private static IEnumerable<ProblemError> Faults(CreateTask task, string at) =>
    [
        .. TaskRules.Title($"{at}/title", task.Title),
        .. TaskRules.Prose($"{at}/body", "body", task.Body),
        .. TaskRules.Prose($"{at}/acceptance", "acceptance", task.Acceptance, Limits.AcceptanceLength),
        .. TaskRules.Name($"{at}/board", "board", task.Board),
        .. TaskRules.Name($"{at}/lane", "lane", task.Lane),
        .. TaskRules.Name($"{at}/host", "host", task.Host),
        .. TaskRules.Needs($"{at}/needs", task.Needs),
        .. TaskRules.Labels($"{at}/labels", task.Labels),
        .. TaskRules.Range($"{at}/priority", "priority", task.Priority, Limits.MinPriority, Limits.MaxPriority),
        .. TaskRules.Range($"{at}/maxRuntimeSeconds", "maxRuntimeSeconds", task.MaxRuntimeSeconds, 1, TaskRules.MaxRuntimeSeconds),
        .. TaskRules.Time($"{at}/notBefore", "notBefore", task.NotBefore),
        .. TaskRules.Time($"{at}/due", "due", task.Due),
        .. WorkspaceRules.Faults($"{at}/workspace", task.Workspace),
        .. PoolRules.Units($"{at}/draws", "draws", task.Draws),
        .. ArtifactRules.Patterns($"{at}/artifacts", task.Artifacts),
        .. Start(task, at),
        .. Parents(task, at),
        .. Key(task, at),
    ];

    private static IEnumerable<ProblemError> Start(CreateTask task, string at)
    {
        if (task.Status is not (null or Status.Triage or Status.Todo or Status.Scheduled or Status.Blocked))
            yield return new($"{at}/status", "A task starts in triage, todo, scheduled or blocked; left out, it is ready as soon as nothing holds it.");
        if (task.Lane is null && task.Status is not Status.Triage)
            yield return new($"{at}/lane", "'lane' is missing: only a task in triage may be without one.");
    }

    private static IEnumerable<ProblemError> Parents(CreateTask task, string at)
    {
        if (task.Parents?.Count > TaskRules.MaxParents)
            yield return new($"{at}/parents", $"'parents' names {task.Parents.Count} tasks; at most {TaskRules.MaxParents} are allowed.");
        if (task.Parents?.Contains(null!) is true)
            yield return new($"{at}/parents", "A parent is a task's key such as 'web-42', or '#0' for the first task of the same request; given was null.");
    }

    private static IEnumerable<ProblemError> Key(CreateTask task, string at)
    {
        if (task.IdempotencyKey is { } key && (key.Length is 0 or > TaskRules.IdempotencyKeyLength || key.Any(char.IsControl)))
            yield return new($"{at}/idempotencyKey", $"'idempotencyKey' is 1 to {TaskRules.IdempotencyKeyLength} characters without control characters.");
    }
}
