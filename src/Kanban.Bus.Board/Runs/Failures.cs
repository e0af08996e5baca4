using System.Globalization;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Board.Runs;

/// <summary>How many of a task's runs ended by which class of fault. In the task's row as text: <c>host=1,provider=3</c>.</summary>
public readonly record struct Failures(string Text)
{
    /// <summary>Their runs count as attempts; an outage of a provider, or of the board, says nothing against a task.</summary>
    public static bool AreCharged(ErrorClass fault) => fault is ErrorClass.Task or ErrorClass.Agent or ErrorClass.Host;

    public bool Any => Text.Length > 0;

    public int Of(ErrorClass fault) => Counts().GetValueOrDefault(fault);

    /// <summary>Those of all classes that <paramref name="which"/> names.</summary>
    public int Of(Func<ErrorClass, bool> which) => Counts().Where(c => which(c.Key)).Sum(c => c.Value);

    public Failures With(ErrorClass fault) => Changed(fault, 1);

    /// <summary>Without one of this class: its run is back.</summary>
    public Failures Without(ErrorClass fault) => Changed(fault, -1);

    /// <summary>By the class's word, for people.</summary>
    public IReadOnlyDictionary<string, int> Shown() => Counts().ToDictionary(c => Words.Of(c.Key), c => c.Value);

    private Failures Changed(ErrorClass fault, int by)
    {
        var counts = Counts();
        counts[fault] = Math.Max(0, counts.GetValueOrDefault(fault) + by);
        return new(string.Join(',', counts.Where(c => c.Value > 0).Select(c => string.Create(CultureInfo.InvariantCulture, $"{Words.Of(c.Key)}={c.Value}"))));
    }

    private SortedDictionary<ErrorClass, int> Counts()
    {
        var counts = new SortedDictionary<ErrorClass, int>();
        foreach (var part in Text.Split(',', StringSplitOptions.RemoveEmptyEntries))
            if (part.Split('=') is [var word, var count])
                counts.Add(Words.Parse<ErrorClass>(word), int.Parse(count, CultureInfo.InvariantCulture));
        return counts;
    }
}
