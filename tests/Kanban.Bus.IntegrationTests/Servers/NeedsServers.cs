namespace Kanban.Bus.IntegrationTests.Servers;

/// <summary>A fact about real servers; skipped, with what to install, where they are missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NeedsServersFactAttribute : FactAttribute
{
    public NeedsServersFactAttribute() => Skip = Programs.Missing;
}

/// <summary>A theory about real servers; skipped, with what to install, where they are missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NeedsServersTheoryAttribute : TheoryAttribute
{
    public NeedsServersTheoryAttribute() => Skip = Programs.Missing;
}
