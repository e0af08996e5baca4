namespace Kanban.Bus.Board.Runs;

/// <summary>On which workers a task's runs were lost, one entry per loss. In the task's row as text, comma between them.</summary>
public readonly record struct Losses(string Text)
{
    public int Count => Workers.Length;

    private string[] Workers => Text.Length == 0 ? [] : Text.Split(',');

    public Losses With(string worker) => new(Text.Length == 0 ? worker : Text + "," + worker);

    /// <summary>Without the last loss on this worker: its run is back.</summary>
    public Losses Without(string worker)
    {
        var workers = Workers.ToList();
        if (workers.LastIndexOf(worker) is >= 0 and var last)
            workers.RemoveAt(last);
        return new(string.Join(',', workers));
    }

    /// <summary><c>worker gpu-1 (2 times), worker gpu-2</c>.</summary>
    public override string ToString() => string.Join(", ", Workers.CountBy(w => w).Select(w => $"worker {w.Key}{(w.Value == 1 ? "" : $" ({w.Value} times)")}"));
}
