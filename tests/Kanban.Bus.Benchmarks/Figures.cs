using System.Globalization;
using System.Text.Json;
using Kanban.Bus.Contracts;
using Kanban.Bus.IntegrationTests.Harness;

namespace Kanban.Bus.Benchmarks;

/// <summary>The figures of <c>out/bench.json</c>: a benchmark replaces its own and leaves the others.</summary>
public static class Figures
{
    private static readonly JsonSerializerOptions Indented = new(Json.Client) { WriteIndented = true };

    private static string File => Path.Combine(KanbanProgram.Repository, "out", "bench.json");

    public static void Write(IReadOnlyList<Figure> figures)
    {
        var names = figures.Select(f => f.Name).ToHashSet();
        var kept = System.IO.File.Exists(File)
            ? JsonSerializer.Deserialize<List<Figure>>(System.IO.File.ReadAllText(File), Json.Client)!.Where(f => !names.Contains(f.Name))
            : [];
        Directory.CreateDirectory(Path.GetDirectoryName(File)!);
        System.IO.File.WriteAllText(File, JsonSerializer.Serialize(kept.Concat(figures).OrderBy(f => f.Name, StringComparer.Ordinal), Indented) + "\n");
    }

    public static void Print(IReadOnlyList<Figure> figures)
    {
        foreach (var figure in figures)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{figure.Name,-28} {figure.Value,10:0.##} {figure.Unit,-6} {figure.Conditions}"));
    }

    /// <param name="share">0.5 for the median.</param>
    public static double Percentile(IReadOnlyCollection<double> values, double share)
    {
        var sorted = values.Order().ToList();
        return sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Count) - 1, 0, sorted.Count - 1)];
    }
}
