using Kanban.Bus.Board.Tasks;

namespace Kanban.Bus.Board.Admission;

/// <summary>What admission tells ready tasks of one queue apart by, their turns aside: those of one group draw from the same caps and share one fair key.</summary>
/// <param name="Draws">What the task asks for by itself, beside its lane.</param>
/// <param name="FairKey">Whose runs its run counts among: a board's, a creator's or a label's, as <c>Admission:FairBetween</c> says; empty for nobody's.</param>
public readonly record struct AdmissionGroup(string Board, string Draws, string FairKey)
{
    public const string ByBoard = "board";
    public const string ByCreator = "creator";
    public const string ByNothing = "none";
    public const string ByLabel = "label:";

    public static AdmissionGroup Of(string board, string draws, string labels, string createdBy, string fairBetween) => new(board, draws, fairBetween switch
    {
        ByBoard => board,
        ByCreator => createdBy,
        ByNothing => "",
        _ => TaskLists.Split(labels).FirstOrDefault(l => l.StartsWith(fairBetween[ByLabel.Length..], StringComparison.Ordinal)) ?? "",
    });

    /// <summary>As the column holds it: three words, of which the last may hold anything.</summary>
    public override string ToString() => $"{Board} {Draws} {FairKey}";

    public static AdmissionGroup Read(string text) => text.Split(' ', 3) is [var board, var draws, var key] ? new(board, draws, key) : new("", "", "");

    /// <summary>Why <c>Admission:FairBetween</c> may not be so; null when it may.</summary>
    public static string? WhyNot(string fairBetween) =>
        fairBetween is ByBoard or ByCreator or ByNothing || fairBetween.StartsWith(ByLabel, StringComparison.Ordinal) && fairBetween.Length > ByLabel.Length
            ? null
            : $"Admission:FairBetween is '{fairBetween}'; allowed are {ByBoard}, {ByCreator}, {ByNothing}, and {ByLabel}PREFIX such as {ByLabel}team-.";
}
