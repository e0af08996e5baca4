using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.IntegrationTests.Harness;

/// <summary>The board's API as the tests use it: an answer that is no success fails the test with what the board said. What it says to try again is tried again.</summary>
public sealed class BoardApi : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public BoardApi(string url, string token)
    {
        Http = new HttpClient { BaseAddress = new Uri(url + "/api/v1/"), Timeout = TimeSpan.FromMinutes(1) };
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <summary>For calls whose refusal is what the test is about: nothing is tried again.</summary>
    public HttpClient Http { get; }

    public async Task<bool> IsReadyAsync()
    {
        using var answer = await Http.GetAsync(new Uri("/health/ready", UriKind.Relative));
        return answer.StatusCode is HttpStatusCode.OK;
    }

    public async Task<T> GetAsync<T>(string path) => await ReadAsync<T>(await SendAsync(HttpMethod.Get, path, null));

    public async Task<T> PostAsync<T>(string path, object? body = null) => await ReadAsync<T>(await SendAsync(HttpMethod.Post, path, body));

    public async Task PostAsync(string path, object? body = null)
    {
        using var answer = await SendAsync(HttpMethod.Post, path, body);
        await EnsureAsync(answer);
    }

    public async Task<T> PatchAsync<T>(string path, object body) => await ReadAsync<T>(await SendAsync(HttpMethod.Patch, path, body));

    public Task<LaneView> AddLaneAsync(CreateLane lane) => PostAsync<LaneView>("lanes", lane);

    /// <summary>Makes it once, however often it is asked for.</summary>
    public Task<TaskView> AddTaskAsync(CreateTask task) =>
        PostAsync<TaskView>("tasks", task with { IdempotencyKey = task.IdempotencyKey ?? Guid.CreateVersion7().ToString() });

    public Task<TaskDetail> TaskAsync(string key) => GetAsync<TaskDetail>("tasks/" + key);

    public async Task<IReadOnlyList<WorkerView>> WorkersAsync() => (await GetAsync<Page<WorkerView>>("workers?limit=200")).Items;

    /// <summary>Every run of a task, all pages.</summary>
    public Task<List<RunView>> RunsAsync(string key) => AllAsync<RunView>($"tasks/{key}/runs");

    /// <summary>Every event of a task, oldest first, all pages.</summary>
    public Task<List<EventView>> EventsAsync(string key) => AllAsync<EventView>($"tasks/{key}/events");

    public async Task<bool> WorkerIsLiveAsync(string id) => (await WorkersAsync()).Any(w => w.Id == id && w.State == WorkerState.Live);

    /// <summary>Standard output of a run, as the board holds it.</summary>
    public async Task<string> OutputAsync(Guid run) => await Http.GetStringAsync(Relative($"runs/{run}/log?stream=stdout"));

    public async Task<List<T>> AllAsync<T>(string path)
    {
        var all = new List<T>();
        string? after = null;
        do
        {
            var page = await GetAsync<Page<T>>($"{path}{(path.Contains('?') ? '&' : '?')}limit=200{(after is null ? "" : "&after=" + Uri.EscapeDataString(after))}");
            all.AddRange(page.Items);
            after = page.NextCursor;
        }
        while (after is not null);
        return all;
    }

    public void Dispose() => Http.Dispose();

    /// <summary>As callers are told to: an answer 503 with <c>Retry-After</c> says when to ask again.</summary>
    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, object? body)
    {
        for (var begun = Stopwatch.GetTimestamp(); ;)
        {
            using var request = new HttpRequestMessage(method, Relative(path));
            if (body is not null)
                request.Content = JsonContent.Create(body, body.GetType(), options: Json.Client);
            var answer = await Http.SendAsync(request);
            if (answer.StatusCode is not HttpStatusCode.ServiceUnavailable || answer.Headers.RetryAfter?.Delta is not { } wait || Stopwatch.GetElapsedTime(begun) > Patience)
                return answer;
            answer.Dispose();
            await Task.Delay(wait);
        }
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage answer)
    {
        using (answer)
        {
            await EnsureAsync(answer);
            return await answer.Content.ReadFromJsonAsync<T>(Json.Client)
                ?? throw new HttpRequestException($"{answer.RequestMessage?.RequestUri} answered null.");
        }
    }

    private static async Task EnsureAsync(HttpResponseMessage answer)
    {
        if (answer.IsSuccessStatusCode)
            return;
        var said = await answer.Content.ReadAsStringAsync();
        throw new HttpRequestException($"{answer.RequestMessage?.Method} {answer.RequestMessage?.RequestUri}: {(int)answer.StatusCode} {said}", null, answer.StatusCode);
    }

    private static Uri Relative(string path) => new(path, UriKind.Relative);
}
