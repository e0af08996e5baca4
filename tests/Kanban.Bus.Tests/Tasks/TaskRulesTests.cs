using System.Text.Json;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Tasks;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Tests.Tasks;

public sealed class TaskRulesTests
{
    [Theory]
    [InlineData("web", true)]
    [InlineData("a-1", true)]
    [InlineData("", false)]
    [InlineData("Web", false)]
    [InlineData("we b", false)]
    [InlineData("web\n", false)]
    [InlineData("wéb", false)]
    [InlineData("12345678901234567890123456789012345678901", false)]
    public void Names_are_lower_case_letters_digits_and_hyphens(string name, bool good) =>
        Assert.Equal(good, !TaskRules.Name("/n", "n", name).Any());

    [Theory]
    [InlineData("cuda", true)]
    [InlineData("repo=web", true)]
    [InlineData("mem>=64", true)]
    [InlineData("mem>=", false)]
    [InlineData("mem>64", true)]
    [InlineData("mem=>64", false)]
    [InlineData("a,b", false)]
    [InlineData("cuda=1\n", false)]
    public void Capabilities_may_carry_a_value(string need, bool good) =>
        Assert.Equal(good, !TaskRules.Needs("/n", [need]).Any());

    [Theory]
    [InlineData("x", true)]
    [InlineData("日本語 ✓", true)]
    [InlineData("   ", false)]
    [InlineData("a\0b", false)]
    [InlineData("a\tb", false)]
    [InlineData("a\u0085b", false)]
    public void A_title_is_one_line_of_text(string title, bool good) =>
        Assert.Equal(good, !TaskRules.Title("/title", title).Any());

    [Fact]
    public void A_title_has_at_most_200_characters()
    {
        Assert.Empty(TaskRules.Title("/title", new string('x', 200)));
        Assert.Contains("201 characters; at most 200", TaskRules.Title("/title", new string('x', 201)).Single().Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_fault_of_a_task_is_named_at_once()
    {
        var refused = TaskInput.WhyNot(new CreateTask("", Priority: 2000, Needs: ["X"], MaxRuntimeSeconds: 0, Status: Status.Done, IdempotencyKey: ""), "/tasks/2")!;

        var pointers = ((IReadOnlyList<ProblemError>)refused.ProblemDetails.Extensions["errors"]!).Select(e => e.Pointer);
        Assert.Equal(["/tasks/2/title", "/tasks/2/needs", "/tasks/2/priority", "/tasks/2/maxRuntimeSeconds", "/tasks/2/status", "/tasks/2/lane", "/tasks/2/idempotencyKey"], pointers);
    }

    [Fact]
    public void The_same_content_has_the_same_fingerprint_whatever_its_order_and_defaults()
    {
        var time = new DateTimeOffset(2026, 6, 1, 12, 0, 0, TimeSpan.FromHours(2));
        var task = new CreateTask("t", "shell", Needs: ["a", "b"], NotBefore: time);

        Assert.Equal(TaskInput.Fingerprint(task), TaskInput.Fingerprint(task with { Needs = ["b", "a", "a"], Board = "main", Body = "", NotBefore = time.ToUniversalTime(), IdempotencyKey = "k", Labels = [] }));
        Assert.NotEqual(TaskInput.Fingerprint(task), TaskInput.Fingerprint(task with { Needs = ["a"] }));
        Assert.NotEqual(TaskInput.Fingerprint(task), TaskInput.Fingerprint(task with { Title = "T" }));
    }

    [Theory]
    [InlineData("cudaa", "cuda")]
    [InlineData("cudaa>=12", "cuda")]
    [InlineData("cuda", null)]
    [InlineData("cuda=13", null)]
    [InlineData("gpu2", null)]
    [InlineData("docker", null)]
    public void A_misspelt_capability_is_told_from_one_that_nobody_has_yet(string need, string? meant) =>
        Assert.Equal(meant, KnownCapabilities.Misspelt([need], new HashSet<string> { "cuda", "gpu1" })?.Meant);

    [Theory]
    [InlineData(null, true)]
    [InlineData("\"7\"", true)]
    [InlineData("*", true)]
    [InlineData("\"6\", \"7\"", true)]
    [InlineData("\"6\"", false)]
    [InlineData("W/\"7\"", false)]
    [InlineData("7", false)]
    public void If_Match_is_compared_strongly(string? ifMatch, bool allows) => Assert.Equal(allows, ETags.Allows(ifMatch, 7));

    [Fact]
    public void A_merge_patch_tells_absent_from_null()
    {
        var patch = MergePatch<EditTask>.Read(JsonElement.Parse("""{"host":null,"priority":3}"""));

        Assert.Equal((true, false, 3), (patch.Has("Host"), patch.Has("Title"), patch.Value.Priority));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("""{"titel":"x"}""")]
    [InlineData("""{"priority":"3"}""")]
    public void A_merge_patch_of_another_shape_is_refused(string json) =>
        Assert.Throws<JsonException>(() => MergePatch<EditTask>.Read(JsonElement.Parse(json)));

    [Fact]
    public void Ids_rise_in_the_order_of_creation_even_while_the_clock_stands()
    {
        var (ids, now) = (new TaskIds(), new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

        var made = Enumerable.Range(0, 10_000).Select(i => ids.Next(now.AddTicks(i / 5000))).ToList();

        Assert.Equal(made.Order(), made);
        Assert.Equal(made.Count, made.Distinct().Count());
        Assert.All(made, id => Assert.Equal(7, id.Version));
    }

    [Theory]
    [InlineData("web-42", "web", 42)]
    [InlineData("my-board-7", "my-board", 7)]
    public void A_key_is_a_board_and_a_number(string key, string board, int number)
    {
        Assert.True(KanbanTask.TryParseKey(key, out var b, out var n));
        Assert.Equal((board, number), (b, n));
    }

    [Theory]
    [InlineData("web")]
    [InlineData("web-")]
    [InlineData("-1")]
    [InlineData("web-0")]
    [InlineData("web--1x")]
    [InlineData("web-99999999999")]
    public void What_is_no_key_is_not_read_as_one(string key) => Assert.False(KanbanTask.TryParseKey(key, out _, out _));
}
