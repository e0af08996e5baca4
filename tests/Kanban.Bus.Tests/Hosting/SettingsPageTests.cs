using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Worker.Hosting;

namespace Kanban.Bus.Tests.Hosting;

public sealed partial class SettingsPageTests
{
    [Fact]
    public async Task The_page_of_settings_lists_exactly_what_the_board_reads()
    {
        var listed = Row().Matches(await PageAsync()).Select(m => m.Groups[1].Value).Where(key => !key.StartsWith("Worker:", StringComparison.Ordinal));
        Assert.Equal(Keys(typeof(BoardOptions), "").Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_page_of_settings_lists_exactly_what_a_worker_reads()
    {
        var listed = WorkerKey().Matches(await PageAsync()).Select(m => m.Groups[1].Value).Distinct();
        Assert.Equal(typeof(WorkerOptions).GetProperties().Select(p => p.Name).Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    private static Task<string> PageAsync() => File.ReadAllTextAsync(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", "..", "..", "docs", "settings.md"));

    private static IEnumerable<string> Keys(Type type, string prefix) =>
        from property in type.GetProperties()
        where property.CanWrite
        let isSection = property.PropertyType.IsClass && property.PropertyType != typeof(string) && !property.PropertyType.IsArray
        from key in isSection ? Keys(property.PropertyType, prefix + property.Name + ":") : [prefix + property.Name]
        select key;

    private static string ThisFile([CallerFilePath] string path = "") => path;

    [GeneratedRegex(@"^\| `([A-Za-z0-9:]+)` \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"(?<=^\| .*)`Worker:([A-Za-z]+)`(?=.*\|$)", RegexOptions.Multiline)]
    private static partial Regex WorkerKey();
}
