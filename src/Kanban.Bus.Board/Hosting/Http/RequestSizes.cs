using Microsoft.AspNetCore.Mvc;

namespace Kanban.Bus.Board.Hosting;

/// <summary>Most bytes of a request's body, before anything of it is read; beyond, 413.</summary>
public static class RequestSizes
{
    /// <summary>A task's body may have 256 KiB of UTF-8; JSON writes some bytes as six, and there are other fields.</summary>
    public const long Usual = 2 * 1024 * 1024;

    /// <summary>1,000 tasks with 16 KiB each, or a few with the longest bodies.</summary>
    public const long Bulk = 16 * 1024 * 1024;

    /// <summary>For routes that take many items in one request.</summary>
    public static TBuilder AllowBulk<TBuilder>(this TBuilder route) where TBuilder : IEndpointConventionBuilder =>
        route.WithMetadata(new RequestSizeLimitAttribute(Bulk));
}
