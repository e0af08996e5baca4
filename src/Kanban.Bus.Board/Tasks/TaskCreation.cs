using System.Globalization;
using Kanban.Bus.Board.Artifacts;
using Kanban.Bus.Board.Events;
using Kanban.Bus.Board.Fleet;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Pools;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Tasks;

/// <summary>A task that was asked for, and whether this request made it or an earlier one with the same idempotency key did.</summary>
public sealed record CreatedTask(KanbanTask Task, bool IsNew);

/// <summary>Makes one task or many, all or none, in one transaction.</summary>
/// <remarks>
/// A new task has parents and no children yet, and no link can name it before it is committed, so making one closes no cycle.
/// </remarks>
public sealed class TaskCreation(BoardDbContext db, TaskIds taskIds)
{
    /// <summary>Most links that one request may make.</summary>
    public const int MaxLinks = 10_000;

    private const int Tries = 5;

    /// <param name="at">Pointer to the item of an index: empty for a single task, <c>/tasks/3</c> in a bulk.</param>
    /// <returns>In the order asked for, or why none was made.</returns>
    public async Task<(IReadOnlyList<CreatedTask> Created, ProblemHttpResult? Refused)> CreateAsync(
        IReadOnlyList<CreateTask> asked, Func<int, string> at, string actor, CancellationToken ct)
    {
        if (WhyNot(asked, at) is { } refused)
            return ([], refused);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await db.InTransactionAsync(() => CreateUnderLocksAsync(asked, at, actor, ct), ct);
            }
            catch (DbUpdateException error) when (attempt < Tries && db.IsDuplicateKey(error))
            {
                // Another request with the same idempotency key came first. Its task is there now.
            }
        }
    }

    /// <summary>One task, in the transaction that the caller has begun.</summary>
    /// <exception cref="DbUpdateException">Another transaction has made one with its idempotency key since.</exception>
    public async Task<(CreatedTask? Created, ProblemHttpResult? Refused)> CreateWithinAsync(CreateTask asked, string actor, CancellationToken ct)
    {
        if (WhyNot([asked], _ => "") is { } refused)
            return (null, refused);
        var (created, problem) = await CreateUnderLocksAsync([asked], _ => "", actor, ct);
        return problem is null ? (created[0], null) : (null, problem);
    }

    /// <returns>400 for the first board, lane, pool or capability it names that is not there; null when all are.</returns>
    public Task<ProblemHttpResult?> UnknownNameAsync(CreateTask asked, string at, CancellationToken ct) => UnknownNameAsync([asked], _ => at, ct);

    private static ProblemHttpResult? WhyNot(IReadOnlyList<CreateTask> asked, Func<int, string> at)
    {
        var keys = new Dictionary<(string, string), int>();
        for (var i = 0; i < asked.Count; i++)
        {
            if (TaskInput.WhyNot(asked[i], at(i)) is { } refused)
                return refused;
            if (asked[i].IdempotencyKey is { } key && !keys.TryAdd((asked[i].Board ?? TaskInput.DefaultBoard, key), i))
                return Problems.Invalid($"{at(i)}/idempotencyKey", $"'{key}' is also the idempotency key of {at(keys[(asked[i].Board ?? TaskInput.DefaultBoard, key)])}.");
        }

        return asked.Sum(a => a.Parents?.Count ?? 0) > MaxLinks
            ? Problems.TooLarge(at(0), $"One request makes at most {MaxLinks} links to parents.")
            : null;
    }

    private async Task<(IReadOnlyList<CreatedTask>, ProblemHttpResult?)> CreateUnderLocksAsync(
        IReadOnlyList<CreateTask> asked, Func<int, string> at, string actor, CancellationToken ct)
    {
        var earlier = await EarlierAsync(asked, ct);
        for (var i = 0; i < asked.Count; i++)
            if (earlier[i] is { } task && task.IdempotencyFingerprint != TaskInput.Fingerprint(asked[i]))
                return ([], Problems.Unprocessable("idempotency-key-reused",
                    $"The idempotency key '{asked[i].IdempotencyKey}' made task {task.Key} with other content. A new task needs a new key."));

        if (await UnknownNameAsync(asked, at, ct) is { } unknown)
            return ([], unknown);

        var ids = asked.SelectMany(a => a.Parents ?? []).Where(p => !p.StartsWith('#')).Distinct().ToList() is { Count: > 0 } keys
            ? await db.FindTaskIdsAsync(keys, ct) : [];
        if (await UnknownParentAsync(asked, at, ids, ct) is { } noParent)
            return ([], noParent);
        // Locked until the links are there, so that a parent can neither end nor be taken back unseen.
        var known = ids.Values.Concat(earlier.Where(t => t is not null).Select(t => t!.Id)).Distinct().ToList();
        var locked = known.Count == 0 ? [] : (await db.LockTasksAsync(known, ct)).ToDictionary(t => t.Id);

        var now = await db.NowAsync(ct);
        var numbers = await DrawNumbersAsync(asked, earlier, ct);
        var made = new CreatedTask[asked.Count];
        for (var i = 0; i < asked.Count; i++)
        {
            if (earlier[i] is { } task)
            {
                made[i] = new(locked[task.Id], false);
                continue;
            }

            var id = taskIds.Next(now);
            var itsParents = (asked[i].Parents ?? []).Distinct()
                .Select(p => TryIndex(p, out var index) ? made[index].Task : locked[ids[p]]).DistinctBy(p => p.Id).ToList();
            made[i] = new(Add(asked[i], id, numbers[i], itsParents, actor, now), true);
        }

        await db.SaveChangesAsync(ct);
        return (made, null);
    }

    private KanbanTask Add(CreateTask asked, Guid id, int number, List<KanbanTask> parents, string actor, DateTimeOffset now)
    {
        var needs = RequirementSet.Normalize(asked.Needs);
        var task = new KanbanTask
        {
            Id = id,
            Board = asked.Board ?? TaskInput.DefaultBoard,
            Number = number,
            Lane = asked.Lane,
            Title = asked.Title,
            Body = asked.Body ?? "",
            Acceptance = asked.Acceptance,
            Priority = asked.Priority,
            Host = asked.Host,
            Needs = needs,
            RequirementSet = RequirementSet.Of(asked.Host, needs),
            Draws = Draws.Patch("", asked.Draws),
            Artifacts = ArtifactRules.Join(asked.Artifacts),
            OnLimit = asked.OnLimit ?? OnLimit.Wait,
            Workspace = asked.Workspace,
            Labels = TaskLists.Labels(asked.Labels),
            NotBefore = asked.NotBefore?.ToUniversalTime(),
            Due = asked.Due?.ToUniversalTime(),
            MaxRuntimeSeconds = asked.MaxRuntimeSeconds,
            IdempotencyKey = asked.IdempotencyKey,
            IdempotencyFingerprint = asked.IdempotencyKey is null ? null : TaskInput.Fingerprint(asked),
            CreatedBy = actor,
            CreatedAt = now,
        };
        var isParked = asked is { Status: Status.Scheduled, NotBefore: null };
        if (isParked || asked.Status is Status.Triage or Status.Blocked)
            task.Enter(asked.Status!.Value, now, null);
        else
            task.Release(parents.All(p => p.Status is Status.Done), now);

        db.Tasks.Add(task);
        db.TaskLinks.AddRange(parents.Select(p => new TaskLink { ParentId = p.Id, ChildId = id }));
        db.Events.Add(BoardEvent.Of(EventTypes.TaskCreated, task, actor, now,
            new { title = task.Title, status = task.Status, priority = task.Priority, parents = parents.Select(p => p.Key) }));
        return task;
    }

    private async Task<KanbanTask?[]> EarlierAsync(IReadOnlyList<CreateTask> asked, CancellationToken ct)
    {
        var earlier = new KanbanTask?[asked.Count];
        var keyed = asked.Select((task, index) => (Board: task.Board ?? TaskInput.DefaultBoard, Key: task.IdempotencyKey, Index: index))
            .Where(a => a.Key is not null).GroupBy(a => a.Board);
        foreach (var group in keyed)
        {
            var keys = group.Select(a => a.Key).ToList();
            var found = await db.Tasks.AsNoTracking().Where(t => t.Board == group.Key && keys.Contains(t.IdempotencyKey)).ToDictionaryAsync(t => t.IdempotencyKey!, ct);
            foreach (var (_, key, index) in group)
                earlier[index] = found.GetValueOrDefault(key!);
        }

        return earlier;
    }

    private async Task<ProblemHttpResult?> UnknownNameAsync(IReadOnlyList<CreateTask> asked, Func<int, string> at, CancellationToken ct)
    {
        var boards = await db.Boards.Select(b => b.Key).ToListAsync(ct);
        var lanes = await db.Lanes.Select(l => l.Name).ToListAsync(ct);
        for (var i = 0; i < asked.Count; i++)
        {
            if (asked[i].Board is { } board && !boards.Contains(board))
                return Problems.Unknown($"{at(i)}/board", "board", board, Nearest.To(board, boards));
            if (asked[i].Lane is { } lane && !lanes.Contains(lane))
                return Problems.Unknown($"{at(i)}/lane", "lane", lane, Nearest.To(lane, lanes));
        }

        if (await KnownPools.WhyNotAsync(db, asked.Select((a, i) => ($"{at(i)}/draws", a.Draws)), ct) is { } unknown)
            return unknown;

        var needs = asked.SelectMany(a => a.Needs ?? []).Distinct().ToList();
        if (await KnownCapabilities.MisspeltAsync(db, needs, ct) is not var (given, meant))
            return null;
        var first = asked.Select((a, i) => (a.Needs, Index: i)).First(a => a.Needs?.Contains(given) is true).Index;
        return Problems.Unknown($"{at(first)}/needs", "capability", given, meant);
    }

    private async Task<ProblemHttpResult?> UnknownParentAsync(IReadOnlyList<CreateTask> asked, Func<int, string> at, Dictionary<string, Guid> ids, CancellationToken ct)
    {
        for (var i = 0; i < asked.Count; i++)
            foreach (var parent in asked[i].Parents ?? [])
            {
                if (parent.StartsWith('#'))
                {
                    if (!TryIndex(parent, out var index) || index >= i)
                        return Problems.Invalid($"{at(i)}/parents", $"'{TaskRules.Shown(parent)}' names no earlier task of this request: '#0' is its first.");
                }
                else if (!ids.ContainsKey(parent))
                {
                    return Problems.Unknown($"{at(i)}/parents", "task", parent, await db.NearestKeyAsync(parent, ct));
                }
            }

        return null;
    }

    /// <summary>Last of all, since it holds up every other creation on these boards until the commit; boards in order, so that two bulks don't wait for each other.</summary>
    private async Task<int[]> DrawNumbersAsync(IReadOnlyList<CreateTask> asked, KanbanTask?[] earlier, CancellationToken ct)
    {
        var numbers = new int[asked.Count];
        var fresh = Enumerable.Range(0, asked.Count).Where(i => earlier[i] is null)
            .GroupBy(i => asked[i].Board ?? TaskInput.DefaultBoard).OrderBy(g => g.Key, StringComparer.Ordinal);
        foreach (var group in fresh)
        {
            var next = await db.DrawNumbersAsync(group.Key, group.Count(), ct)
                ?? throw new InvalidOperationException($"Board {group.Key} vanished while tasks were made on it.");
            foreach (var i in group)
                numbers[i] = next++;
        }

        return numbers;
    }

    private static bool TryIndex(string parent, out int index)
    {
        index = -1;
        return parent.StartsWith('#') && int.TryParse(parent.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out index);
    }
}
