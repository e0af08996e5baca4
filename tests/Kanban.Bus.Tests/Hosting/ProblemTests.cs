using System.Net;
using System.Text;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Tests.Hosting;

public sealed class ProblemTests(ProblemTests.Fixture fixture) : IClassFixture<ProblemTests.Fixture>
{
    private readonly HttpClient _admin = fixture.Admin;

    /// <summary>A board with routes that fail on purpose.</summary>
    public sealed class Fixture : IAsyncLifetime
    {
        private BoardServer? _board;

        public HttpClient Admin => _board!.Client(_board.AdminKey);

        public async Task InitializeAsync()
        {
            _board = await BoardServer.StartAsync();
            _board.App.MapGet("/api/v1/test/fails", new Func<string>(() => throw new InvalidOperationException("the inner secret")));
            _board.App.MapGet("/api/v1/test/away", new Func<string>(() => throw new SqliteException("locked", SQLitePCL.raw.SQLITE_BUSY)));
            _board.App.MapGet("/api/v1/test/busy", new Func<string>(() => throw new DbUpdateConcurrencyException("raced")));
        }

        public Task DisposeAsync() => _board!.DisposeAsync().AsTask();
    }

    [Theory]
    [InlineData("""{"nam":"x","kind":"worker"}""", "unknown-field", "/nam", "There is no field 'nam' here. Did you mean 'name'?")]
    [InlineData("""{"name":"x","kind":"worker","colour":1}""", "unknown-field", "/colour", "There is no field 'colour' here. The fields are name, kind.")]
    [InlineData("""{"name":"x","kind":"wrker"}""", "invalid", "/kind", "kind is not one of admin, worker, browser, login.")]
    [InlineData("""{"name":"x","kind":0}""", "invalid", "/kind", "kind is not one of admin, worker, browser, login.")]
    [InlineData("""{"name":3,"kind":"worker"}""", "invalid", "/name", "name is not a text.")]
    [InlineData("""{"name":null,"kind":"worker"}""", "invalid", "/name", "name is null, which is not allowed.")]
    [InlineData("""{"kind":"worker"}""", "invalid", "/name", "name is missing.")]
    [InlineData("""{"name":"x",,""", "invalid", "", "The body is not the JSON that was expected")]
    [InlineData("""{"name":"x","name":"y","kind":"worker"}""", "invalid", "/name", "name is given twice: say it once.")]
    [InlineData("", "invalid", "", "This call needs a JSON body.")]
    [InlineData("""{"name":"X Y","kind":"worker"}""", "invalid", "/name", "name is 'X Y'; a token's name has 1 to 40 lower-case letters")]
    public async Task A_body_that_is_wrong_is_refused_with_the_field_and_a_sentence(string json, string code, string pointer, string sentence)
    {
        var problem = await Problem.ReadAsync(await _admin.PostAsync("/api/v1/tokens", BoardServer.JsonBody(json)));
        Assert.Equal((400, code, pointer), (problem.Status, problem.Code, problem.Pointer));
        Assert.StartsWith(sentence, problem.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("notBefore", "2026-11-22T10:00:00", "notBefore is '2026-11-22T10:00:00', which has no time zone: end it with Z or an offset such as +02:00.")]
    [InlineData("due", "2026-11-22", "due is '2026-11-22', which has no time zone: end it with Z or an offset such as +02:00.")]
    [InlineData("due", "tomorrow", "due is not a time such as")]
    public async Task A_time_that_hosts_would_read_each_in_its_own_way_is_refused(string field, string time, string sentence)
    {
        var problem = await Problem.ReadAsync(await _admin.PostAsync("/api/v1/tasks", BoardServer.JsonBody($$"""{"title":"x","{{field}}":"{{time}}"}""")));
        Assert.Equal((400, "/" + field), (problem.Status, problem.Pointer));
        Assert.StartsWith(sentence, problem.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("events?typ=task.moved", "No parameter 'typ'. Did you mean 'type'?")]
    [InlineData("events?type=task.moovd", "No type 'task.moovd'. Did you mean 'task.moved'?")]
    [InlineData("events?board=nowhere", "No board 'nowhere'.")]
    [InlineData("events/stream?type=x", "No type 'x'.")]
    [InlineData("events/stream?kind=x", "No parameter 'kind'.")]
    [InlineData("tasks/main-1/events?type=task.moved", "No parameter 'type'.")]
    [InlineData("dead-letters?limt=3", "No parameter 'limt'. Did you mean 'limit'?")]
    [InlineData("workers?state=live", "No parameter 'state'.")]
    [InlineData("tokens?kind=admin", "No parameter 'kind'.")]
    [InlineData("runs/01a205a2-4ecb-76c8-bd33-4e1d02548aba/log?from=7", "No parameter 'from'.")]
    [InlineData("runs/01a205a2-4ecb-76c8-bd33-4e1d02548aba/log/chunks?from=7", "No parameter 'from'.")]
    [InlineData("tasks?status=,", "No status ','.")]
    [InlineData("tasks?label=A,b", "'label' is lower-case letters, digits and hyphens, 1 to 40; given was 'A,b'.")]
    [InlineData("tasks?limit=1.5", "limit is '1.5', which is not a whole number.")]
    [InlineData("tasks?overdue=2", "overdue is '2', which is not true or false.")]
    public async Task A_slip_in_a_query_is_refused_rather_than_answered_with_all_or_nothing(string query, string sentence)
    {
        using var answer = await _admin.GetAsync("/api/v1/" + query, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(400, (int)answer.StatusCode);
        Assert.Equal(sentence, (await Problem.ReadAsync(answer)).Detail);
    }

    [Fact]
    public async Task A_wrong_field_deep_in_a_body_is_pointed_at()
    {
        var problem = await Problem.ReadAsync(await _admin.PostAsync("/api/v1/tasks/bulk", BoardServer.JsonBody("""{"tasks":[{"title":"a","lane":"x"},{"title":"b","priority":"high"}]}""")));
        Assert.Equal("/tasks/1/priority", problem.Pointer);
        Assert.Equal("priority is not a whole number.", problem.Detail);
    }

    [Theory]
    [InlineData("GET", "/api/v1/nothing", 404, "no-such-route")]
    [InlineData("POST", "/api/v1/whoami", 405, "method-not-allowed")]
    [InlineData("GET", "/api/v1/tokens?limit=many", 400, "invalid")]
    [InlineData("GET", "/api/v1/tokens?limit=0", 400, "invalid")]
    [InlineData("GET", "/api/v1/test/busy", 409, "busy")]
    public async Task What_the_framework_refuses_is_a_problem_too(string method, string path, int status, string code)
    {
        var problem = await Problem.ReadAsync(await _admin.SendAsync(new HttpRequestMessage(new HttpMethod(method), path)));
        Assert.Equal((status, code), (problem.Status, problem.Code));
    }

    [Fact]
    public async Task A_browser_that_goes_astray_gets_the_page_which_says_so_and_a_program_gets_a_problem()
    {
        using var browser = new HttpRequestMessage(HttpMethod.Get, "/nowhere") { Headers = { Accept = { new("text/html") } } };

        var page = await _admin.SendAsync(browser);

        Assert.Equal(HttpStatusCode.NotFound, page.StatusCode);
        // The page itself, or where it was not built a sentence that says how.
        Assert.Contains("Kanban.Bus", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.StartsWith("text/", page.Content.Headers.ContentType!.MediaType, StringComparison.Ordinal);
        Assert.Equal("no-such-route", (await Problem.ReadAsync(await _admin.GetAsync("/nowhere"))).Code);
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_413_whether_or_not_it_says_its_length()
    {
        var large = new byte[3 * 1024 * 1024];
        var known = await Problem.ReadAsync(await _admin.PostAsync("/api/v1/tokens", new ByteArrayContent(large) { Headers = { ContentType = new("application/json") } }));
        Assert.Equal((413, "too-large"), (known.Status, known.Code));

        using var chunked = new HttpRequestMessage(HttpMethod.Post, "/api/v1/tokens") { Content = new StringContent($"{{\"name\":\"{new string('a', large.Length)}\"", Encoding.UTF8, "application/json") };
        chunked.Headers.TransferEncodingChunked = true;
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await _admin.SendAsync(chunked)).StatusCode);
    }

    [Fact]
    public async Task Another_content_type_is_415()
    {
        var problem = await Problem.ReadAsync(await _admin.PostAsync("/api/v1/tokens", new StringContent("name=x", Encoding.UTF8, "application/x-www-form-urlencoded")));
        Assert.Equal((415, "unsupported-media-type"), (problem.Status, problem.Code));
    }

    [Fact]
    public async Task A_fault_says_its_trace_and_not_its_cause()
    {
        var answer = await _admin.GetAsync("/api/v1/test/fails");
        Assert.DoesNotContain("inner secret", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        var problem = await Problem.ReadAsync(answer);
        Assert.Equal((500, "internal"), (problem.Status, problem.Code));
    }

    [Fact]
    public async Task A_database_that_is_away_is_503_with_a_time_to_come_back()
    {
        var answer = await _admin.GetAsync("/api/v1/test/away");
        Assert.Equal("unavailable", (await Problem.ReadAsync(answer)).Code);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.NotNull(answer.Headers.RetryAfter);
    }
}
