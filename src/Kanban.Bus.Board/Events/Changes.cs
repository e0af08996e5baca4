namespace Kanban.Bus.Board.Events;

/// <summary>Fields that an edit changes, with what each was and becomes: the data of its event.</summary>
public sealed class Changes
{
    public Dictionary<string, object> Made { get; } = [];

    public bool Any => Made.Count > 0;

    /// <summary>Sets the field and notes it, when the value is another one.</summary>
    public void Set<T>(string field, T was, T becomes, Action<T> set)
    {
        if (EqualityComparer<T>.Default.Equals(was, becomes))
            return;
        Made[field] = new { from = was, to = becomes };
        set(becomes);
    }

    /// <summary>What was made, and why where somebody said so.</summary>
    public Dictionary<string, object> Because(string? reason)
    {
        if (!string.IsNullOrWhiteSpace(reason))
            Made["reason"] = reason;
        return Made;
    }
}
