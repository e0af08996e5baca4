using System.CommandLine;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Kanban.Bus.Cli;
using Kanban.Bus.Cli.Mcp;
using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Worker;
using Kanban.Bus.Worker.Executors;
using Kanban.Bus.Worker.Hosting;
using Kanban.Bus.Worker.Spool;

namespace Kanban.Bus.Tests.Inside;

/// <summary>That <c>docs/lanes.md</c> says what is so: it is what people write their runs by.</summary>
public sealed partial class LanesPageTests
{
    [Fact]
    public async Task It_lists_exactly_the_variables_that_a_run_is_started_with()
    {
        var run = new RunDirectory("/tmp/run", Guid.Empty);
        var environment = RunEnvironment.For(WorkerHarness.Grant(""), new ProfileOptions(), run, new Uri("http://board"), _ => null, new Dictionary<string, string>(), "/tools");

        Assert.Equal(
            environment.Keys.Order(StringComparer.Ordinal),
            Section(await PageAsync(), "What a run is started with").SelectMany(row => Code().Matches(row[0]).Select(m => m.Groups[1].Value)).Order(StringComparer.Ordinal));
        Assert.StartsWith("/tools:", environment["PATH"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_it_says_of_exit_statuses_is_what_is_made_of_them()
    {
        var rows = Section(await PageAsync(), "How a run ends").Where(row => row.Length == 3 && char.IsDigit(row[0][0])).ToList();
        var listed = new HashSet<int>();
        foreach (var row in rows)
            foreach (var status in Statuses(row[0]).Where(listed.Add))
            {
                var (outcome, fault) = (ExitStatus.Read(status).Outcome, ExitStatus.Read(status).Class);
                Assert.Equal((row[1].StartsWith("done", StringComparison.Ordinal) ? Outcome.Succeeded : Outcome.Failed, row[2].Trim('`')), (outcome, fault?.ToString().ToLowerInvariant() ?? ""));
            }

        Assert.True(listed.IsSupersetOf([0, 75, 126, 127, 137, 139, 143]));
        Assert.Equal(ErrorClass.Task, ExitStatus.Read(3).Class);
    }

    [Fact]
    public async Task Its_exit_codes_are_those_of_the_command()
    {
        var codes = typeof(ExitCode).GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => (int)f.GetRawConstantValue()!).Where(code => code < 10);
        var listed = Section(await PageAsync(), "What a run may ask and say meanwhile").Where(row => row[0].All(char.IsDigit)).Select(row => int.Parse(row[0], CultureInfo.InvariantCulture));
        Assert.Equal(codes.Order(), listed);
    }

    [Fact]
    public async Task It_names_every_command_and_tool_of_a_run_and_each_is_there()
    {
        var page = await PageAsync();
        var tree = CommandTree.Build(new App(Terminal.OfProcess()), new Globals());
        var inside = tree.Subcommands.Where(c => c.Description!.StartsWith("Inside a run", StringComparison.Ordinal)).Select(c => c.Name).ToList();
        var named = Rows(page).SelectMany(row => Verb().Matches(row[0]).Select(m => m.Groups[1].Value)).Distinct();
        Assert.Equal(inside.Order(StringComparer.Ordinal), named.Order(StringComparer.Ordinal));
        Assert.All(BoardTools.InsideNames.Concat(BoardTools.PeopleNames), tool => Assert.Contains($"`{tool}`", page, StringComparison.Ordinal));
    }

    private static IEnumerable<int> Statuses(string text) => text.Contains(" to ", StringComparison.Ordinal)
        ? text.Split(" to ") is [var from, var to] ? Enumerable.Range(int.Parse(from, CultureInfo.InvariantCulture), 1).Append(139).Append(143).Where(s => s <= int.Parse(to, CultureInfo.InvariantCulture)) : []
        : text.Split(", ").Select(s => int.Parse(s, CultureInfo.InvariantCulture));

    private static List<string[]> Section(string page, string title)
    {
        var from = page.IndexOf($"## {title}\n", StringComparison.Ordinal);
        Assert.True(from >= 0, $"no section '{title}'");
        var to = page.IndexOf("\n## ", from, StringComparison.Ordinal);
        return Rows(page[from..(to < 0 ? page.Length : to)]);
    }

    /// <summary>Cells of every table's rows but the heads'.</summary>
    private static List<string[]> Rows(string text)
    {
        var lines = text.Split('\n');
        return [.. lines.Where((line, i) => line.StartsWith("| ", StringComparison.Ordinal) && !line.StartsWith("| ---", StringComparison.Ordinal) && !(i + 1 < lines.Length && lines[i + 1].StartsWith("| ---", StringComparison.Ordinal)))
            .Select(line => line.Trim().Trim('|').Split('|').Select(cell => cell.Trim()).ToArray())];
    }

    private static Task<string> PageAsync()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Kanban.Bus.sln")))
            folder = folder.Parent ?? throw new InvalidOperationException("These tests run inside a checkout.");
        return File.ReadAllTextAsync(Path.Combine(folder.FullName, "docs", "lanes.md"));
    }

    [GeneratedRegex("`([A-Z_]+)`")]
    private static partial Regex Code();

    [GeneratedRegex("`kanban ([a-z]+)")]
    private static partial Regex Verb();
}
