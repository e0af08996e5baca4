using Kanban.Bus.Board.Hosting;

namespace Kanban.Bus.Board.Access;

public static class AccessFeature
{
    public static IServiceCollection AddAccess(this IServiceCollection services, BoardOptions options)
    {
        services.AddAuthentication();
        services.AddAuthorization();
        return services;
    }

    public static void MapAccess(this RouteGroupBuilder api)
    {
    }
}
