namespace Kanban.Bus.Worker.Hosting;

/// <summary>A bell that stays rung until someone has heard it.</summary>
internal sealed class Wake
{
    private TaskCompletionSource _rung = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Set() => Volatile.Read(ref _rung).TrySetResult();

    public Task WaitAsync() => Volatile.Read(ref _rung).Task;

    /// <summary>By the one who heard it, before it looks at what rang it.</summary>
    public void Reset()
    {
        if (_rung.Task.IsCompleted)
            Volatile.Write(ref _rung, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
    }
}
