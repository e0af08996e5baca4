using System.Runtime.CompilerServices;
using System.Text.Json;
using Kanban.Bus.Board.Hosting;

namespace Kanban.Bus.Tests.Hosting;

public sealed class OpenApiTests
{
    [Fact]
    public async Task The_document_in_docs_is_the_one_the_board_serves() =>
        Assert.True(await File.ReadAllTextAsync(Path.Combine(Root(), "docs", "openapi.json")) == await ApiDescription.WriteAsync(default),
            "docs/openapi.json is behind the code: run make openapi and look at the change.");

    [Fact]
    public async Task Every_operation_has_a_name_of_its_own_and_says_what_it_does()
    {
        using var document = JsonDocument.Parse(await ApiDescription.WriteAsync(default));
        var operations = document.RootElement.GetProperty("paths").EnumerateObject().SelectMany(p => p.Value.EnumerateObject()).Select(o => o.Value).ToList();
        var names = operations.Select(o => o.GetProperty("operationId").GetString()!).ToList();
        Assert.True(names.Count > 40);
        Assert.Equal(names.Count, names.Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.All(names, name => Assert.Matches("^[a-z][A-Za-z]+$", name));
        Assert.All(operations, o => Assert.False(string.IsNullOrWhiteSpace(o.GetProperty("summary").GetString())));
    }

    private static string Root([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", ".."));
}
