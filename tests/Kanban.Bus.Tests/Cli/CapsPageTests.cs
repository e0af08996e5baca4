using System.Text.RegularExpressions;
using Kanban.Bus.Tests.Harness;

namespace Kanban.Bus.Tests.Cli;

/// <summary>Each command of <c>docs/caps.md</c>, as it stands there, against <c>kanban up</c> with eight slots.</summary>
public sealed partial class CapsPageTests : OnSingleHost
{
    public CapsPageTests() : base(flags: ["--lane", "codex=8"])
    {
    }

    [Fact]
    public async Task Five_commands_lead_from_a_flooded_gateway_to_a_cap_that_holds()
    {
        var page = Block().Matches(await File.ReadAllTextAsync(CheckoutFile("docs/caps.md"))).Select(m => m.Groups["command"].Value).ToList();
        Assert.Equal(5, page.Count);

        await RunAsync(page[0]);
        await RunAsync(page[1]);
        for (var i = 1; i <= 8; i++)
            await RunAsync($"kanban task add task-{i} --lane codex --body \"sleep 300\"");
        await Eventually.Async(async () => (await RunAsync("kanban task list --status running -o name")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length == 4);
        Assert.Contains("pool vllm-a\tfull\t4\t4\t", await RunAsync(page[2]), StringComparison.Ordinal);
        var why = await RunAsync(page[3]);
        Assert.Contains("4 of 4 units of pool vllm-a are drawn", why, StringComparison.Ordinal);
        Assert.Contains("main-1", why, StringComparison.Ordinal);

        await RunAsync(page[4]);
        Assert.Contains("pool vllm-a\tover\t4\t1\t", await RunAsync(page[2]), StringComparison.Ordinal);
        await RunAsync("kanban task cancel main-1 main-2 main-3");
        await Eventually.Async(async () => (await RunAsync(page[2])).Contains("pool vllm-a\tfull\t1\t1\t", StringComparison.Ordinal));
        Assert.Equal("main-4\n", await RunAsync("kanban task list --status running -o name"));
    }

    private async Task<string> RunAsync(string command)
    {
        var words = Word().Matches(command).Select(m => m.Value.Trim('"')).ToArray();
        Assert.Equal("kanban", words[0]);
        var ended = await Kanban.RunAsync(words[1..]);
        Assert.True(ended.Code == 0, $"{command}: {ended.Error}");
        return ended.Out;
    }

    private static string CheckoutFile(string name)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Kanban.Bus.sln")))
            folder = folder.Parent ?? throw new InvalidOperationException("These tests run inside a checkout.");
        return Path.Combine(folder.FullName, name);
    }

    [GeneratedRegex("^```sh\n(?<command>kanban [^\n]+)\n```$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Block();

    [GeneratedRegex("\"[^\"]*\"|\\S+")]
    private static partial Regex Word();
}
