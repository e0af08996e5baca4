namespace Kanban.Bus.Board.Tasks;

/// <summary>How short lists of words lie in one column.</summary>
public static class TaskLists
{
    /// <summary>Sorted, without repeats, a comma before and after each, so that <c>,x,</c> finds one; empty for none.</summary>
    public static string Labels(IEnumerable<string>? labels)
    {
        var sorted = (labels ?? []).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        return sorted.Count == 0 ? "" : $",{string.Join(',', sorted)},";
    }

    public static string[] Split(string labels) => labels.Split(',', StringSplitOptions.RemoveEmptyEntries);
}
