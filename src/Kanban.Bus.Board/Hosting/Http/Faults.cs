using System.Diagnostics;
using Kanban.Bus.Board.Artifacts;
using Kanban.Bus.Board.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kanban.Bus.Board.Hosting;

/// <summary>Turns what nobody caught, and answers without a body, into problem details.</summary>
internal static class Faults
{
    public static void UseFaults(this IApplicationBuilder app) => app.Use(AnswerAsync);

    private static async Task AnswerAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller has gone: nobody reads the answer.
            context.Response.StatusCode = context.Response.HasStarted ? context.Response.StatusCode : StatusCodes.Status499ClientClosedRequest;
            return;
        }
        catch (Exception error) when (!context.Response.HasStarted)
        {
            await WriteAsync(context, Explain(context, error));
            return;
        }
        if (!context.Response.HasStarted && context.Response is { ContentLength: null, ContentType: null } && Bare(context) is { } problem)
            await problem.ExecuteAsync(context);
    }

    private static ProblemHttpResult Explain(HttpContext context, Exception error)
    {
        if (error is BadHttpRequestException bad)
            return BadRequests.Explain(context, bad);

        var db = context.RequestServices.GetRequiredService<BoardDbContext>();
        if (db.IsUnavailable(error))
        {
            context.RequestServices.GetRequiredService<Outages>().Report("database", error);
            context.Response.Headers.RetryAfter = "2";
            return Problems.Of(503, "unavailable", "The database does not answer now. Try again; a creation is safe to repeat with an idempotency key.");
        }
        if (error is BlobsAwayException)
        {
            context.RequestServices.GetRequiredService<Outages>().Report("bucket", error);
            context.Response.Headers.RetryAfter = "5";
            return Problems.Of(503, "files-away", "The store of files does not answer now, or refuses; the board's log says why. Try again.");
        }
        if (db.IsConflict(error))
            return Problems.Conflict("busy", "Others changed the same rows at the same time, several times in a row. Nothing was changed by this call; try again.");

        var trace = Activity.Current?.TraceId.ToString() ?? context.TraceIdentifier;
        context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(Faults).FullName!)
            .LogError(error, "{Method} {Path} failed, trace {TraceId}", context.Request.Method, context.Request.Path, trace);
        var problem = Problems.Of(500, "internal", $"The board failed at this call; its log has the cause under trace {trace}.");
        problem.ProblemDetails.Extensions["traceId"] = trace;
        return problem;
    }

    /// <summary>Answers of the framework that have a status and no body.</summary>
    private static ProblemHttpResult? Bare(HttpContext context) => context.Response.StatusCode switch
    {
        404 => Problems.Of(404, "no-such-route", $"There is nothing at {context.Request.Method} {context.Request.Path}."),
        405 => Problems.Of(405, "method-not-allowed", $"{context.Request.Path} does not take {context.Request.Method}; it takes {context.Response.Headers.Allow}."),
        413 => BadRequests.TooLarge(context),
        415 => Problems.Of(415, "unsupported-media-type", "Send the body as application/json."),
        _ => null,
    };

    private static Task WriteAsync(HttpContext context, ProblemHttpResult problem)
    {
        var kept = context.Response.Headers.ToArray();
        context.Response.Clear();
        foreach (var (name, value) in kept.Where(h => !h.Key.StartsWith("Content-", StringComparison.OrdinalIgnoreCase) || h.Key is "Content-Security-Policy"))
            context.Response.Headers[name] = value;
        return problem.ExecuteAsync(context);
    }
}
