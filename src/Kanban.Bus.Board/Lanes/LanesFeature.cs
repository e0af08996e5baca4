namespace Kanban.Bus.Board.Lanes;

public static class LanesFeature
{
    public static IServiceCollection AddLanes(this IServiceCollection services) => services.AddScoped<LaneViews>();

    public static void MapLanes(this RouteGroupBuilder api)
    {
        var lanes = api.MapGroup("/lanes").WithTags("Lanes");
        ShowLanes.Map(lanes);
        CreateLaneEndpoint.Map(lanes);
        EditLaneEndpoint.Map(lanes);
        PauseLane.Map(lanes);
        ResetBreaker.Map(lanes);
    }
}
