namespace Kanban.Bus.Tests.Harness;

/// <summary>What a database promises: each test gets a fresh one.</summary>
public abstract class StoreSpec<TStore> : IAsyncLifetime where TStore : TestStore, new()
{
    protected TStore Store { get; } = new();

    public Task InitializeAsync() => Store.StartAsync();

    public Task DisposeAsync() => Store.DisposeAsync().AsTask();
}
