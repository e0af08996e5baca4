namespace Kanban.Bus.Board.Hosting;

/// <summary>The one place that chooses the transport.</summary>
public static class BusFeature
{
    public static IServiceCollection AddBus(this IServiceCollection services, BoardOptions options) => services;
}
