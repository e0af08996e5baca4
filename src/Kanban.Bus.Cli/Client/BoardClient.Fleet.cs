using System.Text.Json.Nodes;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Cli.Client;

internal sealed partial class BoardClient
{
    public Task<IReadOnlyList<BoardView>> BoardsAsync(CancellationToken ct) => PagesAsync<BoardView>("boards", int.MaxValue, ct);

    public Task<BoardView> AddBoardAsync(CreateBoard board, CancellationToken ct) => PostAsync<BoardView>("boards", board, ct);

    public Task<BoardView> EditBoardAsync(string key, JsonObject patch, CancellationToken ct) => PatchAsync<BoardView>($"boards/{Esc(key)}", patch, ct);

    public Task<IReadOnlyList<LaneView>> LanesAsync(CancellationToken ct) => PagesAsync<LaneView>("lanes", int.MaxValue, ct);

    public Task<LaneView> LaneAsync(string name, CancellationToken ct) => GetAsync<LaneView>($"lanes/{Esc(name)}", ct);

    public Task<LaneView> ResetBreakerAsync(string name, string? reason, CancellationToken ct) =>
        PostAsync<LaneView>($"lanes/{Esc(name)}/reset-breaker", new WithReason(reason), ct);

    public Task<LaneView> AddLaneAsync(CreateLane lane, CancellationToken ct) => PostAsync<LaneView>("lanes", lane, ct);

    public Task<LaneView> EditLaneAsync(string name, JsonObject patch, CancellationToken ct) => PatchAsync<LaneView>($"lanes/{Esc(name)}", patch, ct);

    public Task<LaneView> PauseLaneAsync(string name, string? reason, CancellationToken ct) =>
        PostAsync<LaneView>($"lanes/{Esc(name)}/pause", new WithReason(reason), ct);

    public Task<LaneView> ResumeLaneAsync(string name, CancellationToken ct) => PostAsync<LaneView>($"lanes/{Esc(name)}/resume", null, ct);

    public Task<IReadOnlyList<PoolView>> PoolsAsync(CancellationToken ct) => PagesAsync<PoolView>("pools", int.MaxValue, ct);

    public Task<PoolView> PoolAsync(string name, CancellationToken ct) => GetAsync<PoolView>($"pools/{Esc(name)}", ct);

    public Task<PoolView> AddPoolAsync(CreatePool pool, CancellationToken ct) => PostAsync<PoolView>("pools", pool, ct);

    public Task<PoolView> EditPoolAsync(string name, JsonObject patch, CancellationToken ct) => PatchAsync<PoolView>($"pools/{Esc(name)}", patch, ct);

    public Task<PoolView> PausePoolAsync(string name, string? reason, CancellationToken ct) =>
        PostAsync<PoolView>($"pools/{Esc(name)}/pause", new WithReason(reason), ct);

    public Task<PoolView> ResumePoolAsync(string name, CancellationToken ct) => PostAsync<PoolView>($"pools/{Esc(name)}/resume", null, ct);

    public Task DeletePoolAsync(string name, string? reason, CancellationToken ct) =>
        DeleteAsync($"pools/{Esc(name)}{(reason is null ? "" : "?reason=" + Uri.EscapeDataString(reason))}", ct);

    public Task<PoolView> UnparkPoolAsync(string name, string? reason, CancellationToken ct) =>
        PostAsync<PoolView>($"pools/{Esc(name)}/unpark", new WithReason(reason), ct);

    /// <summary>Newest first.</summary>
    /// <param name="cleared">Also those that are over.</param>
    public Task<IReadOnlyList<AlarmView>> AlarmsAsync(bool cleared, int limit, CancellationToken ct) => PagesAsync<AlarmView>("alarms", limit, ct, ("cleared", cleared ? "true" : null));

    public Task<AlarmView> AcknowledgeAlarmAsync(Guid id, string? reason, CancellationToken ct) => PostAsync<AlarmView>($"alarms/{id}/acknowledge", new WithReason(reason), ct);

    public Task<DispatchView> DispatchAsync(Dispatch request, CancellationToken ct) => PostAsync<DispatchView>("dispatch", request, ct);

    public Task<SimulationView> SimulateAsync(Simulate request, CancellationToken ct) => PostAsync<SimulationView>("simulate", request, ct);

    public Task<LedgerView> LedgerAsync(CancellationToken ct) => GetAsync<LedgerView>("ledger", ct);

    public Task<OrderView> OrderAsync(CancellationToken ct) => GetAsync<OrderView>("order", ct);

    public Task<OrderView> EditOrderAsync(JsonObject patch, CancellationToken ct) => PatchAsync<OrderView>("order", patch, ct);

    public Task<IReadOnlyList<WorkerView>> WorkersAsync(CancellationToken ct) => PagesAsync<WorkerView>("workers", int.MaxValue, ct);

    public Task<IReadOnlyList<DeadLetterView>> DeadLettersAsync(CancellationToken ct) => PagesAsync<DeadLetterView>("dead-letters", int.MaxValue, ct);

    public Task<DeadLetterView> DeadLetterAsync(Guid id, CancellationToken ct) => GetAsync<DeadLetterView>($"dead-letters/{id}", ct);

    public Task ResendDeadLetterAsync(Guid id, CancellationToken ct) => PostAsync($"dead-letters/{id}/resend", ct);

    public Task DropDeadLetterAsync(Guid id, CancellationToken ct) => DeleteAsync($"dead-letters/{id}", ct);

    public Task<WorkerView> DrainWorkerAsync(string id, CancellationToken ct) => PostAsync<WorkerView>($"workers/{Esc(id)}/drain", null, ct);
}
