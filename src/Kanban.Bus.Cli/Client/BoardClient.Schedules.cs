using System.Text.Json.Nodes;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Cli.Client;

internal sealed partial class BoardClient
{
    public Task<IReadOnlyList<ScheduleView>> SchedulesAsync(CancellationToken ct) => PagesAsync<ScheduleView>("schedules", int.MaxValue, ct);

    public Task<ScheduleView> ScheduleAsync(string name, CancellationToken ct) => GetAsync<ScheduleView>($"schedules/{Esc(name)}", ct);

    /// <param name="schedule">A <see cref="CreateSchedule"/>.</param>
    public Task<ScheduleView> AddScheduleAsync(JsonObject schedule, CancellationToken ct) => PostAsync<ScheduleView>("schedules", schedule, ct);

    public Task<ScheduleView> EditScheduleAsync(string name, JsonObject patch, CancellationToken ct) => PatchAsync<ScheduleView>($"schedules/{Esc(name)}", patch, ct);

    public Task<ScheduleView> PauseScheduleAsync(string name, string? reason, CancellationToken ct) =>
        PostAsync<ScheduleView>($"schedules/{Esc(name)}/pause", new WithReason(reason), ct);

    public Task<ScheduleView> ResumeScheduleAsync(string name, CancellationToken ct) => PostAsync<ScheduleView>($"schedules/{Esc(name)}/resume", null, ct);

    public Task<ScheduleView> RunScheduleAsync(string name, CancellationToken ct) => PostAsync<ScheduleView>($"schedules/{Esc(name)}/run", null, ct);

    public Task DeleteScheduleAsync(string name, CancellationToken ct) => DeleteAsync($"schedules/{Esc(name)}", ct);
}
