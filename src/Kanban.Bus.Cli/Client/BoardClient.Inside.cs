using Kanban.Bus.Cli.Inside;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Cli.Client;

/// <summary>What a run may ask and say, with its own token.</summary>
internal sealed partial class BoardClient
{
    public Task<RunLease> LeaseAsync(InRun run, CancellationToken ct) => GetAsync<RunLease>($"runs/{run.RunId}/lease", ct);

    public Task<RunLease> PulseAsync(InRun run, string? note, CancellationToken ct) => PostAsync<RunLease>($"runs/{run.RunId}/heartbeat", new RunPulse(note), ct);

    public Task<RunLease> CheckEndingAsync(InRun run, IReadOnlyList<string> created, CancellationToken ct) =>
        PostAsync<RunLease>($"runs/{run.RunId}/ending", new CheckEnding(created), ct);

    public Task<List<CommentView>> InboxAsync(InRun run, CancellationToken ct) => PostAsync<List<CommentView>>($"runs/{run.RunId}/inbox", null, ct);

    /// <param name="key">The run's own task or a child of it.</param>
    public Task<TaskDetail> TaskAsync(InRun run, string key, CancellationToken ct) => GetAsync<TaskDetail>($"runs/{run.RunId}/tasks/{Esc(key)}", ct);

    public Task<CommentView> CommentAsync(InRun run, string key, string text, CancellationToken ct) =>
        PostAsync<CommentView>($"runs/{run.RunId}/tasks/{Esc(key)}/comments", new AddComment(text), ct);

    public Task<TaskView> AddChildAsync(InRun run, CreateTask task, CancellationToken ct) => PostAsync<TaskView>($"runs/{run.RunId}/tasks", task, ct);

    public Task<TaskView> LinkAsync(InRun run, string key, string parent, CancellationToken ct) =>
        CallAsync<TaskView>(new HttpRequestMessage(HttpMethod.Put, $"runs/{run.RunId}/tasks/{Esc(key)}/parents/{Esc(parent)}"), ct);
}
