using System.Text.Json.Nodes;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Cli.Client;

/// <summary>Which tasks a list asks for. Absent fields filter nothing.</summary>
internal sealed record TaskFilter(
    string? Board = null,
    IReadOnlyList<Status>? Statuses = null,
    string? Lane = null,
    string? Host = null,
    string? Label = null,
    string? Search = null,
    bool Archived = false,
    ErrorClass? Fault = null,
    bool Overdue = false,
    string? Sort = null);

internal sealed partial class BoardClient
{
    public Task<TaskView> AddTaskAsync(CreateTask task, CancellationToken ct) => PostAsync<TaskView>("tasks", task, ct);

    public Task<IReadOnlyList<TaskView>> TasksAsync(TaskFilter filter, int limit, CancellationToken ct) =>
        PagesAsync<TaskView>("tasks", limit, ct,
            ("board", filter.Board),
            ("status", filter.Statuses is { Count: > 0 } statuses ? string.Join(',', statuses.Select(Words.Of)) : null),
            ("lane", filter.Lane),
            ("host", filter.Host),
            ("label", filter.Label),
            ("q", filter.Search),
            ("archived", filter.Archived ? "true" : null),
            ("class", filter.Fault is { } fault ? Words.Of(fault) : null),
            ("overdue", filter.Overdue ? "true" : null),
            ("sort", filter.Sort));

    public Task<TaskDetail> TaskAsync(string key, CancellationToken ct) => GetAsync<TaskDetail>($"tasks/{Esc(key)}", ct);

    public Task<WhyView> WhyAsync(string key, CancellationToken ct) => GetAsync<WhyView>($"tasks/{Esc(key)}/why", ct);

    public Task<TaskView> MoveAsync(string key, Status status, string? reason, CancellationToken ct) =>
        PostAsync<TaskView>($"tasks/{Esc(key)}/move", new MoveTask(status, reason), ct);

    /// <param name="verb">One of <c>block unblock cancel retry archive restore</c>.</param>
    public Task<TaskView> ActAsync(string key, string verb, string? reason, CancellationToken ct) =>
        PostAsync<TaskView>($"tasks/{Esc(key)}/{verb}", new WithReason(reason), ct);

    public Task<TaskView> AdoptAsync(Guid run, string? reason, CancellationToken ct) => PostAsync<TaskView>($"runs/{run}/adopt", new WithReason(reason), ct);

    public Task<CommentView> CommentAsync(string key, string text, CancellationToken ct) =>
        PostAsync<CommentView>($"tasks/{Esc(key)}/comments", new AddComment(text), ct);

    public Task<TaskView> AnswerAsync(string key, string text, bool allow, CancellationToken ct) => PostAsync<TaskView>($"tasks/{Esc(key)}/answer", new AnswerTask(text, allow), ct);

    public Task<string> BriefAsync(string key, CancellationToken ct) => GetTextAsync($"tasks/{Esc(key)}/brief", ct);

    public Task<TaskView> LinkAsync(string key, string parent, CancellationToken ct) =>
        CallAsync<TaskView>(new HttpRequestMessage(HttpMethod.Put, $"tasks/{Esc(key)}/parents/{Esc(parent)}"), ct);

    public Task<TaskView> UnlinkAsync(string key, string parent, CancellationToken ct) =>
        CallAsync<TaskView>(new HttpRequestMessage(HttpMethod.Delete, $"tasks/{Esc(key)}/parents/{Esc(parent)}"), ct);

    /// <param name="version">Refused with 412 unless the task still has this version; null edits whatever stands.</param>
    public Task<TaskView> EditTaskAsync(string key, JsonObject patch, long? version, CancellationToken ct)
    {
        var request = Request(HttpMethod.Patch, $"tasks/{Esc(key)}", patch);
        if (version is { } held)
            request.Headers.TryAddWithoutValidation("If-Match", $"\"{held}\"");
        return CallAsync<TaskView>(request, ct);
    }

    /// <summary>Every run of the task, oldest first.</summary>
    public async Task<IReadOnlyList<RunView>> RunsAsync(string key, CancellationToken ct)
    {
        var runs = await PagesAsync<RunView>($"tasks/{Esc(key)}/runs", int.MaxValue, ct);
        return [.. runs.OrderBy(run => run.Number)];
    }

    /// <param name="limit">Most items in all; pages are fetched until they are there.</param>
    private async Task<IReadOnlyList<T>> PagesAsync<T>(string path, int limit, CancellationToken ct, params (string Name, string? Value)[] query)
    {
        var items = new List<T>();
        string? after = null;
        do
        {
            var size = Math.Min(limit - items.Count, Limits.PageSize);
            var page = await GetAsync<Page<T>>(path + Query([.. query, ("after", after), ("limit", $"{size}")]), ct);
            items.AddRange(page.Items);
            after = page.NextCursor;
        }
        while (after is not null && items.Count < limit);
        return items;
    }

    private static string Query(params IEnumerable<(string Name, string? Value)> query)
    {
        var given = query.Where(q => q.Value is not null).Select(q => $"{q.Name}={Esc(q.Value!)}").ToList();
        return given.Count == 0 ? "" : "?" + string.Join('&', given);
    }
}
