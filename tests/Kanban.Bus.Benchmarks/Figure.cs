namespace Kanban.Bus.Benchmarks;

/// <summary>One measured number.</summary>
/// <param name="Name">Stable over versions, such as <c>lifecycle.per_second</c>.</param>
/// <param name="Conditions">What was measured, on what, in a sentence.</param>
public sealed record Figure(string Name, double Value, string Unit, string Conditions);
