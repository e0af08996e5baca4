using System.ComponentModel.DataAnnotations;

namespace Kanban.Bus.Board.Runs;

/// <summary>What a run may do on the board, and how much it is told.</summary>
public sealed class RunsOptions
{
    public const string Section = "Runs";

    /// <summary>Most children that runs may give a task. Default 200; 0 to 10,000. At 0 runs make no tasks.</summary>
    [Range(0, 10_000)]
    public int MaxChildren { get; set; } = 200;

    /// <summary>How many generations of tasks runs may make below one that a person made. Default 5; 1 to 100.</summary>
    /// <remarks>It bounds an agent whose children have children: with a high bound one instruction can fill the board.</remarks>
    [Range(1, 100)]
    public int MaxGenerations { get; set; } = 5;

    /// <summary>Most bytes of UTF-8 of a brief. Default 64 KiB; 4 KiB to 1 MiB. What does not fit is left out, and the brief says what.</summary>
    /// <remarks>An agent reads it whole: a long brief costs tokens at each run.</remarks>
    [Range(4 * 1024, 1024 * 1024)]
    public int BriefBytes { get; set; } = 64 * 1024;
}
