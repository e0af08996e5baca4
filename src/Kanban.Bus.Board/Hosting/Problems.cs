using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Kanban.Bus.Board.Hosting;

/// <summary>One thing that is wrong with a request.</summary>
/// <param name="Pointer">Where: a JSON pointer into the body (<c>/tasks/3/lane</c>), or the name of a query parameter or header.</param>
/// <param name="Detail">The sentence: what was given and what is allowed.</param>
public sealed record ProblemError(string Pointer, string Detail);

/// <summary>Refusals as problem details (RFC 9457). <c>code</c> is for programs and never changes its meaning; <c>detail</c> is the sentence for people.</summary>
public static class Problems
{
    /// <summary>404 <c>not-found</c>: <c>No lane 'gpuu'. Did you mean 'gpu'?</c></summary>
    public static ProblemHttpResult NotFound(string what, string name, string? nearest = null) =>
        Of(404, "not-found", $"No {what} '{Shown(name)}'.{Nearest.Hint(nearest)}");

    /// <summary>409: the request is sound, the state of things refuses it.</summary>
    public static ProblemHttpResult Conflict(string code, string sentence) => Of(409, code, sentence);

    /// <summary>400 <c>invalid</c> for one field.</summary>
    public static ProblemHttpResult Invalid(string pointer, string sentence) => Invalid([new ProblemError(pointer, sentence)]);

    /// <summary>400 <c>invalid</c>; the first error is also the detail.</summary>
    public static ProblemHttpResult Invalid(IReadOnlyList<ProblemError> errors) => Of(400, "invalid", errors[0].Detail, errors);

    /// <summary>400 <c>unknown-{what}</c>: a field names something that does not exist.</summary>
    public static ProblemHttpResult Unknown(string pointer, string what, string name, string? nearest = null)
    {
        var sentence = $"No {what} '{Shown(name)}'.{Nearest.Hint(nearest)}";
        return Of(400, "unknown-" + what, sentence, [new ProblemError(pointer, sentence)]);
    }

    /// <summary>412 <c>version-mismatch</c>: <c>If-Match</c> names an older version.</summary>
    public static ProblemHttpResult PreconditionFailed(string sentence) => Of(412, "version-mismatch", sentence);

    /// <summary>413 <c>too-large</c>.</summary>
    public static ProblemHttpResult TooLarge(string pointer, string sentence) => Of(413, "too-large", sentence, [new ProblemError(pointer, sentence)]);

    /// <summary>422: understood, and can't be carried out as it stands (an idempotency key with other content).</summary>
    public static ProblemHttpResult Unprocessable(string code, string sentence) => Of(422, code, sentence);

    public static ProblemHttpResult Of(int status, string code, string sentence, IReadOnlyList<ProblemError>? errors = null)
    {
        var problem = new ProblemDetails { Status = status, Detail = sentence };
        problem.Extensions["code"] = code;
        if (errors is not null)
            problem.Extensions["errors"] = errors;
        return TypedResults.Problem(problem);
    }

    /// <summary>What a caller sent, short enough to be repeated to them.</summary>
    private static string Shown(string given) => given.Length <= 80 ? given : given[..80] + "…";
}
