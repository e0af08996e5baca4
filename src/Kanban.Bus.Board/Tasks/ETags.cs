using System.Globalization;
using Kanban.Bus.Contracts;
using Microsoft.Net.Http.Headers;

namespace Kanban.Bus.Board.Tasks;

/// <summary>A task's version as its ETag, and If-Match against it.</summary>
public static class ETags
{
    public static string Of(long version) => string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");

    /// <param name="ifMatch">The header; null allows everything, as does <c>*</c>. Anything else must name the version.</param>
    public static bool Allows(string? ifMatch, long version) =>
        string.IsNullOrWhiteSpace(ifMatch)
        || (EntityTagHeaderValue.TryParseList([ifMatch], out var tags) && tags.Any(t => t.Tag == "*" || (!t.IsWeak && t.Tag == Of(version))));

    /// <summary>Gives every answer that is one task its ETag.</summary>
    public static async ValueTask<object?> WriteAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var result = await next(context);
        var version = (result is INestedHttpResult nested ? nested.Result : result) switch
        {
            IValueHttpResult { Value: TaskView view } => view.Version,
            IValueHttpResult { Value: TaskDetail detail } => detail.Task.Version,
            _ => (long?)null,
        };
        if (version is { } known)
            context.HttpContext.Response.Headers.ETag = Of(known);
        return result;
    }
}
