namespace Kanban.Bus.Board.Hosting;

/// <summary>Whether the database has answered and carries this version's schema. Background services wait for it before they touch a row.</summary>
public sealed class BoardReadiness
{
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes once, never fails; not bound to the process's end, so prefer <see cref="WaitAsync"/>.</summary>
    public Task WhenReady => _ready.Task;

    public bool IsReady => _ready.Task.IsCompleted;

    /// <summary>What the start waits for, in a sentence, without secrets.</summary>
    public string Waiting { get; set; } = "The board is starting.";

    /// <summary>Why the start was given up, in a sentence; the process stops then.</summary>
    public string? Failure { get; set; }

    public Task WaitAsync(CancellationToken ct) => _ready.Task.WaitAsync(ct);

    public void MarkReady() => _ready.TrySetResult();
}
