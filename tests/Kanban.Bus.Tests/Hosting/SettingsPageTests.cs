using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Kanban.Bus.Board.Hosting;

namespace Kanban.Bus.Tests.Hosting;

public sealed partial class SettingsPageTests
{
    [Fact]
    public async Task The_page_of_settings_lists_exactly_what_the_board_reads()
    {
        var page = await File.ReadAllTextAsync(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", "..", "..", "docs", "settings.md"));
        var listed = Row().Matches(page).Select(m => m.Groups[1].Value).Order(StringComparer.Ordinal);
        Assert.Equal(Keys(typeof(BoardOptions), "").Order(StringComparer.Ordinal), listed);
    }

    private static IEnumerable<string> Keys(Type type, string prefix) =>
        from property in type.GetProperties()
        where property.CanWrite
        let isSection = property.PropertyType.IsClass && property.PropertyType != typeof(string) && !property.PropertyType.IsArray
        from key in isSection ? Keys(property.PropertyType, prefix + property.Name + ":") : [prefix + property.Name]
        select key;

    private static string ThisFile([CallerFilePath] string path = "") => path;

    [GeneratedRegex(@"^\| `([A-Za-z:]+)` \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
