using Kanban.Bus.Board.Access;
using Kanban.Bus.Board.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Hosting;

/// <summary>GET /health/live: the process serves. GET /health/ready: 200 when the database answers and has this version's schema, else 503.</summary>
public static class Health
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <param name="Status"><c>live</c>, <c>ready</c>, <c>starting</c> or <c>unavailable</c>.</param>
    /// <param name="Detail">What the board runs on. Only for callers with an admin key.</param>
    public sealed record HealthView(string Status, string? Version = null, string? Detail = null);

    public static void MapHealth(this WebApplication app)
    {
        app.MapGet("/health/live", GetLiveness).AllowAnonymous();
        app.MapGet("/health/ready", GetReadinessAsync).AllowAnonymous();
    }

    /// <summary>Says that the process serves; asks nothing of the database.</summary>
    internal static Ok<HealthView> GetLiveness() => TypedResults.Ok(new HealthView("live"));

    /// <summary>Says whether calls can be answered: the database answers and has this version's schema.</summary>
    internal static async Task<Results<Ok<HealthView>, JsonHttpResult<HealthView>>> GetReadinessAsync(
        HttpContext http, BoardReadiness readiness, BoardOptions options, BoardDbContext db, Callers callers, CancellationToken ct)
    {
        if (!readiness.IsReady)
            return NotReady(http, "starting");
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
            patience.CancelAfter(Patience);
            await db.Database.SqlQuery<int>($"SELECT 1 AS \"Value\"").SingleAsync(patience.Token);
            return TypedResults.Ok(await IsPersonAsync(http, callers, patience.Token) ? new HealthView("ready", BoardVersion.Text, $"The database is {Words.Of(options.Storage.Provider)}, the transport {Words.Of(options.Transport.Provider)}.") : new HealthView("ready"));
        }
        catch (Exception error) when (db.IsUnavailable(error) || error is OperationCanceledException)
        {
            ct.ThrowIfCancellationRequested();
            http.RequestServices.GetRequiredService<Outages>().Report("database", error);
            return NotReady(http, "unavailable");
        }
    }

    private static JsonHttpResult<HealthView> NotReady(HttpContext http, string status)
    {
        http.Response.Headers.RetryAfter = "2";
        return TypedResults.Json(new HealthView(status), statusCode: StatusCodes.Status503ServiceUnavailable);
    }

    private static async Task<bool> IsPersonAsync(HttpContext http, Callers callers, CancellationToken ct) =>
        http.Request.Headers.Authorization.ToString() is ['B', 'e', 'a', 'r', 'e', 'r', ' ', .. var token]
        && (await callers.ByBearerAsync(token, ct)).User?.Kind() is CallerKind.Admin;
}
