namespace Kanban.Bus.Cli.Printing;

/// <param name="Text">For eyes: short, ages instead of times.</param>
/// <param name="Machine">For tsv: whole, times in ISO 8601; null where <paramref name="Text"/> will do.</param>
internal sealed record Column<T>(string Header, Func<T, string?> Text, Func<T, string?>? Machine = null);

/// <summary>How items of one kind are printed in every format.</summary>
/// <param name="Name">What <c>-o name</c> prints.</param>
internal sealed record Columns<T>(Func<T, string> Name, params Column<T>[] All);
