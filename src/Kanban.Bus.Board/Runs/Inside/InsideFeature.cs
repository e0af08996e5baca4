using Kanban.Bus.Board.Access;

namespace Kanban.Bus.Board.Runs.Inside;

/// <summary>What a run may do on the board, with the token of its lease: look at its task and that task's children, remark, make children, say that it lives.</summary>
internal static class InsideFeature
{
    public static void MapInside(this RouteGroupBuilder api)
    {
        var runs = api.MapGroup("/runs/{runId:guid}").WithTags("Runs").RequireAuthorization(Policies.RunHolder);
        ShowLease.Map(runs);
        CheckEndingEndpoint.Map(runs);
        RunTasks.Map(runs);
        CreateChild.Map(runs);
        ReadInbox.Map(runs);
    }
}
