using System.Text.Json;
using Kanban.Bus.Cli;
using Kanban.Bus.Cli.Mcp;
using Kanban.Bus.Contracts;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace Kanban.Bus.Tests.Inside;

/// <summary><c>kanban mcp serve</c> as a process, spoken to by a client that knows nothing of this product.</summary>
public sealed class McpTests
{
    [Fact]
    public async Task An_agent_does_its_run_s_work_by_tools()
    {
        await using var runs = await HeldRuns.StartAsync();
        var stranger = await runs.StartRunAsync();
        var run = await runs.StartRunAsync(new CreateTask("a task", "shell", Body: "Do it."));
        await using var agent = await ConnectAsync(run.Environment);

        Assert.Equal(BoardTools.InsideNames, (await agent.ListToolsAsync()).Select(t => t.Name));
        Assert.Contains("Do it.", await CallAsync(agent, "kanban_show"), StringComparison.Ordinal);
        var child = JsonDocument.Parse(await CallAsync(agent, "kanban_create", ("title", "a child"), ("priority", 0), ("labels", new[] { "a" }))).RootElement.GetProperty("key").GetString()!;

        // What people say comes along with the next answer, once.
        (await runs.People.PostAsync($"/api/v1/tasks/{run.Key}/comments", Hosting.BoardServer.JsonBody("""{"text":"mind the\ngap"}"""))).EnsureSuccessStatusCode();
        Assert.EndsWith("> mind the\n> gap", await CallAsync(agent, "kanban_heartbeat", ("note", "at step 1")), StringComparison.Ordinal);
        Assert.DoesNotContain("gap", await CallAsync(agent, "kanban_comment", ("text", "I do")), StringComparison.Ordinal);
        Assert.True(File.Exists(run.PulseFile));

        // Mistakes are answers that say what is wrong and what is allowed.
        Assert.Contains("kanban_complete needs 'summary'", await RefusedAsync(agent, "kanban_complete"), StringComparison.Ordinal);
        Assert.Contains("has no argument 'sumary'; it takes summary, metadata, created", await RefusedAsync(agent, "kanban_complete", ("sumary", "x")), StringComparison.Ordinal);
        Assert.Contains("'class' of kanban_fail takes one of task, agent", await RefusedAsync(agent, "kanban_fail", ("reason", "x"), ("class", "bad")), StringComparison.Ordinal);
        Assert.Contains("that this run reaches", await RefusedAsync(agent, "kanban_show", ("key", stranger.Key)), StringComparison.Ordinal);
        Assert.Contains("there is no task 'main-99'", await RefusedAsync(agent, "kanban_complete", ("summary", "x"), ("created", new[] { child, "main-99" })), StringComparison.Ordinal);
        Assert.Contains("There is no tool 'kanban_delete'", await RefusedAsync(agent, "kanban_delete"), StringComparison.Ordinal);

        Assert.Contains("ends as done", await CallAsync(agent, "kanban_complete", ("summary", "built"), ("created", new[] { child }), ("metadata", new { tests = 12 })), StringComparison.Ordinal);
        Assert.Contains("has said already", await RefusedAsync(agent, "kanban_fail", ("reason", "no")), StringComparison.Ordinal);
        Assert.Equal((EndingAs.Done, "built"), (run.Said!.As, run.Said.Summary));
    }

    [Fact]
    public async Task A_person_s_agent_has_that_person_s_key_and_the_tools_of_people()
    {
        await using var runs = await HeldRuns.StartAsync();
        await using var agent = await ConnectAsync(new Dictionary<string, string> { ["KANBAN_URL"] = runs.Board.Url, ["KANBAN_TOKEN"] = runs.Board.AdminKey });

        Assert.Equal(BoardTools.PeopleNames, (await agent.ListToolsAsync()).Select(t => t.Name));
        await CallAsync(agent, "kanban_add", ("title", "by an agent"), ("lane", "shell"));
        Assert.Contains("by an agent", await CallAsync(agent, "kanban_list", ("status", "ready")), StringComparison.Ordinal);
        Assert.Contains("Did you mean 'shell'?", await RefusedAsync(agent, "kanban_add", ("title", "x"), ("lane", "shel")), StringComparison.Ordinal);
    }

    private static Task<McpClient> ConnectAsync(IReadOnlyDictionary<string, string> environment) => McpClient.CreateAsync(new StdioClientTransport(new StdioClientTransportOptions
    {
        Name = "kanban",
        Command = Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet",
        Arguments = [typeof(App).Assembly.Location, "mcp", "serve"],
        EnvironmentVariables = environment.ToDictionary(e => e.Key, e => (string?)e.Value),
    }));

    private static async Task<string> CallAsync(McpClient agent, string tool, params (string Name, object Value)[] arguments)
    {
        var result = await agent.CallToolAsync(tool, arguments.ToDictionary(a => a.Name, a => (object?)a.Value));
        var text = Assert.IsType<TextContentBlock>(Assert.Single(result.Content)).Text;
        Assert.True(result.IsError is not true, text);
        return text;
    }

    private static async Task<string> RefusedAsync(McpClient agent, string tool, params (string Name, object Value)[] arguments)
    {
        var result = await agent.CallToolAsync(tool, arguments.ToDictionary(a => a.Name, a => (object?)a.Value));
        Assert.True(result.IsError);
        return Assert.IsType<TextContentBlock>(Assert.Single(result.Content)).Text;
    }
}
